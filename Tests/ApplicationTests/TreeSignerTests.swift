import Application
import EventLog
import Foundation
import LMDB
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing
import TrackerTesting
import Tracking
import Transparency

@Suite("The signer of the log's tree")
struct TreeSignerTests {
    private let folder: TemporaryDirectory
    private let clock = ManualClock()
    private let status = AuditStatus()
    private let store = InMemoryEventStore()

    init() throws { folder = try TemporaryDirectory() }

    /// Witnesses that keep the rules of C2SP tlog-witness; some are down.
    private final class Witnesses: WitnessSender {
        struct Down: Error {}

        let keys: [String: SigningKey]
        let sizes = Mutex<[String: UInt64]>([:])
        let requests = Mutex(0)

        init(_ keys: [String: SigningKey]) { self.keys = keys }

        func post(_ body: [UInt8], to url: String) async throws -> (status: Int, type: String?, body: [UInt8]) {
            requests.withLock { $0 += 1 }
            guard let key = keys[url] else { throw Down() }
            let request = try WitnessRequest(body)
            let known = sizes.withLock { $0[url] ?? 0 }
            guard request.old == known else {
                let conflict = WitnessAnswer.conflict(size: known)
                return (conflict.status, WitnessAnswer.sizeType, conflict.body)
            }
            sizes.withLock { $0[url] = request.treeHead.head.size }
            let signature = try key.sign(request.treeHead.note.text, at: 1_700_000_000)
            return (200, nil, WitnessAnswer.cosigned([signature]).body)
        }
    }

    private func open(
        store: InMemoryEventStore? = nil, origin: String? = "example.org/log", witnesses: [Witness] = [],
        sender: Witnesses = Witnesses([:]), tree: String = "tree"
    ) async throws -> Audit {
        let store = store ?? self.store
        var options = TreeTiles.options
        options.mapByteCount = 1 << 28
        let projection = TileProjection(
            try TreeTiles(folder: folder.path + "/" + tree, options: options), of: store, readers: ReaderPool())
        let settings = TreeSigner.Settings(
            keyFile: LogKeyFile(path: folder.path + "/log-key"), headFile: LogHeadFile(path: folder.path + "/log-head"),
            origin: origin, witnesses: witnesses, sender: sender, status: status, now: { [clock] in clock.now })
        return Audit(
            store: store, projection: projection,
            signer: try await TreeSigner(settings, store: store, projection: projection))
    }

    private func append(_ count: Int, to store: InMemoryEventStore? = nil, named name: String = "a") async throws {
        let store = store ?? self.store
        for number in 0..<count {
            _ = try await store.append(
                AppendRequest(
                    stream: StreamID(.session, "sess_\(name)"),
                    events: [try SessionEvent.noted(.with { $0.notes = "\(number)" }).encoded()], expecting: .any,
                    commandID: .fresh(), commandDigest: Digest(hashing: []), actor: "test"))
        }
    }

    private func permissions(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)[.posixPermissions] as? Int
    }

    private func identity(_ name: String) throws -> CommandIdentity {
        CommandIdentity(
            id: try #require(CommandID(name)), digest: Digest(hashing: []), actor: "test", mayBeRepeat: true)
    }

    @Test("signs the tree with a key of its own, which only its owner can read, and keeps it")
    func signs() async throws {
        try await append(5)
        let audit = try await open()
        let head = try await audit.treeHead()
        let keys = try await audit.keys()
        #expect(keys.origin == "example.org/log")
        #expect(try permissions("log-key") == 0o600)
        let verified = try SignedTreeHead(
            verifying: head.note.encoded, of: "example.org/log", by: keys.keys.map(\.verifier))
        #expect(verified.head == (try await store.treeHead(isCurrent: true)))
        let written = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/log-head"))
        #expect(Array(written) == head.note.encoded)
        #expect(try await open(tree: "other").keys().keys.map(\.verifier) == keys.keys.map(\.verifier))
    }

    @Test("without a configured name the log is called by the host and eight digits, and keeps that name")
    func names() async throws {
        let name = try await open(origin: nil).keys().origin
        let digits = try #require(name.split(separator: "/").last)
        #expect(digits.count == 8 && digits.allSatisfy(\.isHexDigit))
        #expect(try await open(origin: nil, tree: "other").keys().origin == name)
        await #expect(throws: AuditError.self) { _ = try await open(origin: "another", tree: "third") }
    }

    @Test("a key that others can read, that is none, or that is lost is refused, and never replaced")
    func badKeys() async throws {
        _ = try await open().treeHead()
        let path = folder.path + "/log-key"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(chmod(path, 0o640) == 0)
        let readable = await #expect(throws: AuditError.self) { _ = try await open(tree: "a") }
        #expect(readable?.description.contains("chmod 600") == true)
        #expect(chmod(path, 0o600) == 0)
        try Data("no key\n".utf8).write(to: URL(fileURLWithPath: path))
        let broken = await #expect(throws: AuditError.self) { _ = try await open(tree: "b") }
        #expect(broken?.description.contains("no key") == false, "nothing of the file is told")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "no key\n")
        try FileManager.default.removeItem(atPath: path)
        await #expect(throws: AuditError.self) { _ = try await open(tree: "c") }
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(text.hasPrefix("PRIVATE+KEY+"))
    }

    @Test("signs at most once a second")
    func pace() async throws {
        let audit = try await open()
        let first = try await audit.treeHead()
        try await append(1)
        #expect(try await audit.treeHead() == first)
        clock.advance(by: .seconds(1))
        #expect(try await audit.treeHead().head.size == first.head.size + 1)
    }

    @Test("signs nothing for a log that was restored from an older state, and says so, until the records are back")
    func restored() async throws {
        try await append(5)
        _ = try await open().treeHead()
        let older = InMemoryEventStore()
        try await append(3, to: older)
        let smaller = try await open(store: older, tree: "older")
        await #expect(throws: AuditError.self) { _ = try await smaller.treeHead() }
        #expect(status.fault?.contains("5") == true)
        // Written to since, it is as long, and another log.
        try await append(4, to: older)
        let other = await #expect(throws: AuditError.self) { _ = try await smaller.treeHead() }
        #expect(other?.description.contains("first 5 records") == true)
        #expect(try await smaller.inclusion(of: LogPosition(7), size: nil).proof.size == 7)
        // The log that was signed goes on.
        try await append(1)
        let audit = try await open(tree: "again")
        #expect(try await audit.treeHead().head.size == 6)
        #expect(status.fault == nil)
    }

    @Test("a new key signs beside the one before until its time is over; then its secret is deleted")
    func rotation() async throws {
        try await append(2)
        let audit = try await open()
        let first = try #require(try await audit.keys().keys.first).verifier
        _ = try await audit.treeHead()
        let rotated = try await audit.signer.rotate(overlap: 10_000_000, as: try identity("rotate"))
        #expect(try await audit.signer.rotate(overlap: 10_000_000, as: try identity("rotate")).value == rotated.value)
        let second = try #require(rotated.value.keys.first).verifier
        #expect(rotated.value.keys.map(\.verifier) == [second, first])
        let both = try await audit.treeHead()
        #expect(both.head.size == 3)
        #expect(try both.note.verified(by: [first, second]).count == 2)
        #expect(try await open(tree: "b").keys() == audit.keys())

        clock.advance(by: .seconds(10))
        try await append(1)
        let one = try await audit.treeHead()
        #expect(throws: NoteError.self) { try one.note.verified(by: [first]) }
        #expect(try one.note.verified(by: [second]).count == 1)
        let keys = try await audit.keys().keys
        #expect(keys.map(\.isRetired) == [false, true])
        #expect(keys[1].lastSize == 3)
        let secrets = try String(contentsOfFile: folder.path + "/log-key", encoding: .utf8)
        #expect(secrets.split(separator: "\n").count == 1)
        #expect(try permissions("log-key") == 0o600)
        #expect(try await open(tree: "c").keys() == audit.keys())
    }

    @Test("a key whose rotation was never recorded does not sign")
    func pendingKey() async throws {
        let audit = try await open()
        let key = try #require(try await audit.keys().keys.first).verifier
        let path = folder.path + "/log-key"
        let fresh = try SigningKey(key.name).secretText
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try Data("\(fresh)\n\(text)".utf8).write(to: URL(fileURLWithPath: path))
        #expect(chmod(path, 0o600) == 0)
        let again = try await open(tree: "b")
        #expect(try await again.keys().keys.map(\.verifier) == [key])
        #expect(try await again.treeHead().note.signatures.map(\.keyID) == [key.id])
    }

    @Test("witnesses cosign each tree head from the one that they signed last; one that is down is left out")
    func witnesses() async throws {
        let name = try #require(KeyName("witness.example.org"))
        let key = try SigningKey(name, kind: .cosignature)
        let down = try SigningKey(try #require(KeyName("down.example.org")), kind: .cosignature)
        let sender = Witnesses(["http://w/add-checkpoint": key])
        try await append(3)
        let audit = try await open(
            witnesses: [
                Witness(url: "http://w", key: key.verifier), Witness(url: "http://down", key: down.verifier),
            ], sender: sender)
        _ = try await audit.treeHead()
        await audit.signer.askWitnesses()
        let first = try await audit.treeHead()
        #expect(try first.note.verified(by: [key.verifier]).count == 1)
        #expect(status.silentWitnessCount == 1)

        try await append(300)
        clock.advance(by: .seconds(1))
        let newest = try await audit.treeHead()
        #expect(newest.head.size == 303)
        #expect(throws: NoteError.self) { try newest.note.verified(by: [key.verifier]) }
        #expect(try await audit.checkpoint() == first.note.encoded)
        await audit.signer.askWitnesses()
        #expect(sender.sizes.withLock { $0 }.values.max() == 303)
        #expect(try await audit.treeHead().note.verified(by: [key.verifier]).count == 1)

        // A new process does not know what the witness signed last, and learns it from the conflict.
        let again = try await open(
            witnesses: [Witness(url: "http://w", key: key.verifier)], sender: sender, tree: "b")
        _ = try await again.treeHead()
        sender.requests.withLock { $0 = 0 }
        await again.signer.askWitnesses()
        #expect(sender.requests.withLock { $0 } == 2)
    }
}
