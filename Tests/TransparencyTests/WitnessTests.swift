import Testing
import Transparency

@Suite("What a log and a witness say to each other")
struct WitnessTests {
    static let tree = StoredTree(count: 100)

    private static func treeHead(_ size: Int) throws -> SignedTreeHead {
        try SignedTreeHead(
            tree.head(size), of: "example.com/log", signedWith: SignedTreeHeadTests.key("example.com/log", seed: 1))
    }

    private func refusal(_ text: String) -> WitnessError? {
        do throws(WitnessError) {
            _ = try WitnessRequest(Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    private func answer(_ status: Int, _ body: String, type: String? = nil) throws(WitnessError) -> WitnessAnswer {
        try WitnessAnswer(status: status, type: type, body: Array(body.utf8))
    }

    @Test("a request is the lines of the specification, and is read again", arguments: [0, 1, 37, 64, 99, 100])
    func request(old: Int) throws {
        let request = WitnessRequest(
            treeHead: try Self.treeHead(100), continuing: try Self.tree.consistency(from: old, to: 100))
        let lines = String(decoding: request.encoded, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "old \(old)" && lines[request.hashes.count + 1].isEmpty)
        #expect(lines[request.hashes.count + 2] == "example.com/log")
        let read = try WitnessRequest(request.encoded)
        #expect(read == request)
        try read.proof.verify(from: Self.tree.head(old), to: read.treeHead.head)
    }

    @Test("a request that is malformed is refused for the line that is wrong")
    func malformed() throws {
        let note = String(decoding: try Self.treeHead(100).note.encoded, as: UTF8.self)
        let hash = StoredTree.leaf(0).base64
        #expect(refusal("old 0\n\n\(note)") == nil)
        #expect(refusal("") == .request(.form) && refusal("old 0\n") == .request(.form))
        #expect(refusal("\n\n\(note)") == .request(.oldSize) && refusal("new 0\n\n\(note)") == .request(.oldSize))
        #expect(refusal("old 00\n\n\(note)") == .request(.oldSize))
        #expect(refusal("old  0\n\n\(note)") == .request(.oldSize))
        #expect(refusal("old 5\n\(hash)\n\(hash.dropLast())\n\n\(note)") == .request(.hash(2)))
        let hashes = String(repeating: hash + "\n", count: 64)
        #expect(refusal("old 5\n\(hashes)\n\(note)") == .request(.hashCount(64)))
        #expect(refusal("old 5\n\(hashes.dropFirst(hash.count + 1))\n\(note)") == nil)
        #expect(refusal("old 101\n\n\(note)") == .request(.oldBeyondSize(old: 101, size: 100)))
        #expect(refusal("old 0\n\n\(note.dropLast())") == .request(.treeHead(.noSignatures)))
        #expect(
            refusal("old 0\n\n\(note.dropLast())")?.description
                == "The request to the witness is not valid: its tree head is wrong. The note has no signatures: a "
                + "blank line and one line for each must follow the text.")
    }

    @Test("an answer is read by its status")
    func answers() throws {
        let witness = try SignedTreeHeadTests.key("witness.example/w1", kind: .cosignature, seed: 3)
        let cosignature = try witness.sign(try Self.treeHead(100).note.text, at: 1)
        let cosigned = WitnessAnswer.cosigned([cosignature])
        #expect(try WitnessAnswer(status: 200, type: nil, body: cosigned.body) == cosigned && cosigned.status == 200)
        let conflict = WitnessAnswer.conflict(size: 37)
        #expect(
            try WitnessAnswer(status: 409, type: "text/x.tlog.size", body: conflict.body) == conflict
                && conflict.status == 409 && conflict.body == Array("37\n".utf8))
        #expect(throws: WitnessError.malformed("")) { try answer(400, "") }
        #expect(throws: WitnessError.forbidden("no such key")) { try answer(403, "no such key\n") }
        #expect(throws: WitnessError.unknownLog("")) { try answer(404, "") }
        #expect(throws: WitnessError.inconsistent("")) { try answer(422, "") }
        #expect(throws: WitnessError.status(502, "")) { try answer(502, "") }
        #expect(
            WitnessError.forbidden("no such key").description
                == "The witness trusts no key that signed the tree head; tell its operator the log's key. It said: "
                + "no such key")
    }

    @Test("an answer that is malformed is refused")
    func malformedAnswers() throws {
        #expect(throws: WitnessError.answer(.form)) { try answer(200, "") }
        #expect(throws: WitnessError.answer(.form)) { try answer(200, "— a b") }
        #expect(throws: WitnessError.answer(.signature(.signatureLine(1, .base64)))) { try answer(200, "— a b\n") }
        #expect(throws: WitnessError.answer(.signature(.signatureLine(1, .form)))) { try answer(200, "\n") }
        let type = "text/x.tlog.size"
        #expect(throws: WitnessError.answer(.type("text/plain"))) { try answer(409, "37\n", type: "text/plain") }
        #expect(throws: WitnessError.answer(.type(nil))) { try answer(409, "37\n") }
        for body in ["37", "037\n", "\n", "37\n\n", "-1\n", ""] {
            #expect(throws: WitnessError.answer(.size)) { try answer(409, body, type: type) }
        }
    }
}
