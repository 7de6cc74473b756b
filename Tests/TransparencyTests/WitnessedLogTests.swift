import Testing
import Transparency

@Suite("What a witness remembers and signs")
struct WitnessedLogTests {
    static let tree = StoredTree(count: 100)
    static let other = StoredTree(count: 100, seed: 1)
    static let origin = "example.com/log"

    private static func key(_ seed: UInt8 = 1) throws -> SigningKey { try SignedTreeHeadTests.key(origin, seed: seed) }

    private static func log(_ last: Int = 0) throws -> WitnessedLog {
        WitnessedLog(origin: origin, keys: [try key().verifier], last: last == 0 ? .empty : try tree.head(last))
    }

    /// A request that is in order but for what is given.
    private static func request(
        _ old: Int, _ new: Int, tree: StoredTree = tree, proof: StoredTree? = nil, of origin: String = origin,
        key: SigningKey? = nil
    ) throws -> WitnessRequest {
        let treeHead = try SignedTreeHead(tree.head(new), of: origin, signedWith: try key ?? Self.key())
        return WitnessRequest(treeHead: treeHead, continuing: try (proof ?? tree).consistency(from: old, to: new))
    }

    private func refusal(_ log: WitnessedLog, _ request: WitnessRequest) -> WitnessError? {
        do throws(WitnessError) {
            _ = try log.verdict(on: request)
            return nil
        } catch {
            return error
        }
    }

    @Test("each tree head that continues the last one is to be signed", arguments: [0, 1, 64, 99])
    func continuing(last: Int) throws {
        var log = try Self.log(last)
        for next in [last, last + 1, 100] {
            let request = try Self.request(Int(log.last.size), next)
            #expect(try log.verdict(on: request) == .sign)
            log.remember(request.treeHead.head)
            #expect(log.last.size == UInt64(next))
        }
    }

    @Test("a request from another size is told the size that was signed last", arguments: [0, 36, 38, 100])
    func conflicts(old: Int) throws {
        #expect(try Self.log(37).verdict(on: try Self.request(old, 100)) == .conflict(size: 37))
    }

    @Test("a history that was cut back, replayed or forked is never signed")
    func histories() throws {
        let log = try Self.log(37)
        // Cut back, or an old tree head again.
        #expect(try log.verdict(on: try Self.request(20, 30)) == .conflict(size: 37))
        // Another history of the same size.
        #expect(try log.verdict(on: try Self.request(37, 37, tree: Self.other)) == .conflict(size: 37))
        // Another history that goes on, with its own proof and with that of the first.
        #expect(refusal(log, try Self.request(37, 100, tree: Self.other))?.httpStatus == 422)
        #expect(refusal(log, try Self.request(37, 100, tree: Self.other, proof: Self.tree))?.httpStatus == 422)
        // The right tree with the proof of another one.
        let refused = refusal(log, try Self.request(37, 100, proof: Self.other))
        #expect(refused?.httpStatus == 422)
        #expect(refused?.reason.contains("it belongs to other trees, or was changed") == true)
    }

    @Test("a proof where none is due is refused")
    func idleProofs() throws {
        let text = try SignedTreeHead(Self.tree.head(37), of: Self.origin, signedWith: Self.key()).note.encoded
        for (last, old) in [(0, 0), (37, 37)] {
            let proof = "old \(old)\n\(TreeHash.empty.base64)\n\n"
            let refused = refusal(try Self.log(last), try WitnessRequest(Array(proof.utf8) + text))
            #expect(
                refused?.reason == "The proof has 1 hashes; for these sizes it has 0." && refused?.httpStatus == 422)
        }
    }

    @Test("what no trusted key has signed, and another log's tree head, is forbidden")
    func strangers() throws {
        let log = try Self.log(37)
        #expect(refusal(log, try Self.request(37, 100, key: try Self.key(2)))?.httpStatus == 403)
        let named = try SignedTreeHeadTests.key("other.example/log", seed: 1)
        #expect(refusal(log, try Self.request(37, 100, of: "other.example/log", key: named))?.httpStatus == 403)
        // Signed by the log's key, for another log.
        let refused = refusal(log, try Self.request(37, 100, of: "other.example/log"))
        #expect(refused == .forbidden("The tree head is of the log 'other.example/log', not of 'example.com/log'."))
        // A signature that does not fit is told from one of a stranger.
        var note = try Note(text: Self.request(37, 100).treeHead.note.text)
        note.add(try Self.key().sign(Self.request(37, 99).treeHead.note.text))
        let changed = WitnessRequest(
            treeHead: try SignedTreeHead(note), continuing: try Self.tree.consistency(from: 37, to: 100))
        #expect(refusal(log, changed)?.reason.contains("does not fit the text") == true)
    }
}
