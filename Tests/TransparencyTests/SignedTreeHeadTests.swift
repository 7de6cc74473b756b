import Crypto
import Testing
import Transparency

@Suite("Signed tree heads and cosignatures")
struct SignedTreeHeadTests {
    static let origin = "example.com/log"
    static let head = TreeHead(size: 20_852_163, root: StoredTree.leaf(0))

    static func key(_ name: String, kind: SignatureKind = .ed25519, seed: UInt8) throws -> SigningKey {
        try SigningKey(
            try #require(KeyName(name)), kind: kind,
            key: Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: seed, count: 32)))
    }

    private func refusal(_ text: String) throws -> NoteError? {
        let note = try Note(text: text)
        do throws(NoteError) {
            _ = try SignedTreeHead(note)
            return nil
        } catch {
            return error
        }
    }

    @Test("the specification's example is read")
    func example() throws {
        let note = try Note(
            Array(
                """
                example.com/behind-the-sofa
                20852163
                CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

                — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q\
                1gGzGku9nTo+zyWE+xeMcTOAYQ8=
                — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJs\
                X3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==

                """.utf8))
        let treeHead = try SignedTreeHead(note)
        #expect(treeHead.origin == "example.com/behind-the-sofa" && treeHead.head.size == 20_852_163)
        #expect(treeHead.head.root.base64 == "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
        #expect(treeHead.extensions.isEmpty && treeHead.note.signatures.count == 2)
    }

    @Test("what is signed is verified and read again", arguments: [[], ["one", "two words"]])
    func roundTrip(extensions: [String]) throws {
        let key = try Self.key(Self.origin, seed: 1)
        let signed = try SignedTreeHead(Self.head, of: Self.origin, extensions: extensions, signedWith: key)
        let read = try SignedTreeHead(verifying: signed.note.encoded, of: Self.origin, by: [key.verifier])
        #expect(read == signed && read.head == Self.head && read.extensions == extensions)
        let empty = try SignedTreeHead(.empty, of: Self.origin, signedWith: key)
        #expect(empty.note.text == "example.com/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
    }

    @Test("a tree head of another log, or by another key, is refused")
    func others() throws {
        let key = try Self.key(Self.origin, seed: 1)
        let bytes = try SignedTreeHead(Self.head, of: Self.origin, signedWith: key).note.encoded
        #expect(throws: NoteError.origin(Self.origin, expected: "example.com/other")) {
            try SignedTreeHead(verifying: bytes, of: "example.com/other", by: [key.verifier])
        }
        let stranger = try Self.key(Self.origin, seed: 2)
        #expect(throws: NoteError.unknownSigners([key.verifier.name])) {
            try SignedTreeHead(verifying: bytes, of: Self.origin, by: [stranger.verifier])
        }
        let changed = Array(String(decoding: bytes, as: UTF8.self).replacing("20852163", with: "20852164").utf8)
        #expect(throws: NoteError.signature(key.verifier.name)) {
            try SignedTreeHead(verifying: changed, of: Self.origin, by: [key.verifier])
        }
    }

    @Test("a text that is no tree head is refused for the line that is wrong")
    func malformed() throws {
        let root = Self.head.root.base64
        #expect(try refusal("log\n5\n\(root)\n") == nil)
        #expect(try refusal("log\n5\n") == .treeHead(.lineCount))
        #expect(try refusal("\n5\n\(root)\n") == .treeHead(.origin))
        for size in ["05", "+5", "-5", "5 ", "", "0x5", "18446744073709551616", "٥"] {
            #expect(try refusal("log\n\(size)\n\(root)\n") == .treeHead(.size), "\(size)")
        }
        #expect(try refusal("log\n18446744073709551615\n\(root)\n") == nil)
        for wrong in [Self.head.root.hex, "", String(root.dropLast()), root + root, root.replacing("=", with: "A")] {
            #expect(try refusal("log\n5\n\(wrong)\n") == .treeHead(.root), "\(wrong)")
        }
        #expect(try refusal("log\n5\n\(root)\n\n") == .treeHead(.extensionLine))
        #expect(try refusal("log\n5\n\(root)\n\nmore\n") == .treeHead(.extensionLine))
    }

    @Test("a witness's cosignature states its time, and covers time and text")
    func cosignature() throws {
        let log = try Self.key(Self.origin, seed: 1)
        let witness = try Self.key("witness.example/w1", kind: .cosignature, seed: 3)
        var signed = try SignedTreeHead(Self.head, of: Self.origin, signedWith: log)
        let cosignature = try witness.sign(signed.note.text, at: 1_679_315_147)
        #expect(cosignature.bytes.count == 72 && cosignature.bytes.prefix(8) == [0, 0, 0, 0, 0x64, 0x18, 0x50, 0xCB])
        // The message is the one of the specification.
        let message = Array("cosignature/v1\ntime 1679315147\n\(signed.note.text)".utf8)
        let key = try Curve25519.Signing.PublicKey(rawRepresentation: witness.verifier.publicKey)
        #expect(key.isValidSignature(cosignature.bytes.dropFirst(8), for: message))

        let added = try signed.add([cosignature], verifiedBy: [witness.verifier])
        #expect(added.map(\.time) == [1_679_315_147])
        let read = try SignedTreeHead(verifying: signed.note.encoded, of: Self.origin, by: [log.verifier])
        let verified = try read.note.verified(by: [log.verifier, witness.verifier])
        #expect(
            verified.map(\.key) == [log.verifier, witness.verifier] && verified.map(\.time) == [nil, 1_679_315_147])

        var late = cosignature.bytes
        late[7] ^= 1
        let moved = NoteSignature(name: cosignature.name, keyID: cosignature.keyID, bytes: late)
        #expect(throws: NoteError.signature(witness.verifier.name)) {
            try signed.add([moved], verifiedBy: [witness.verifier])
        }
        var other = try SignedTreeHead(.empty, of: Self.origin, signedWith: log)
        #expect(throws: NoteError.signature(witness.verifier.name)) {
            try other.add([cosignature], verifiedBy: [witness.verifier])
        }
        let stranger = try Self.key("witness.example/w2", kind: .cosignature, seed: 3)
        #expect(throws: NoteError.unknownSigners([witness.verifier.name])) {
            try other.add([cosignature], verifiedBy: [stranger.verifier])
        }
        #expect(other.note.signatures.count == 1)
    }

    @Test("the same key has another id for each kind of signature, so that none passes for another")
    func kinds() throws {
        let plain = try Self.key("node.example", seed: 1).verifier
        let cosigner = try Self.key("node.example", kind: .cosignature, seed: 1).verifier
        #expect(plain.publicKey == cosigner.publicKey && plain.id != cosigner.id)
        #expect(try VerifierKey(cosigner.description) == cosigner && VerifierKey(plain.description) == plain)
    }
}
