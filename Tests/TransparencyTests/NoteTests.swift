import Testing
import Transparency

/// Notes by the vectors of Go's package note, and by what its tests say is not one.
@Suite("Signed notes")
struct NoteTests {
    static let peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    static let peterSecret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    static let enoch = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
    static let text = """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        """
    static let peterLine =
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    static let enochLine =
        "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

    private func refusal(_ text: String, keys: [String] = [peter]) throws -> NoteError? {
        let keys = try keys.map { try VerifierKey($0) }
        do throws(NoteError) {
            _ = try Note(Array(text.utf8)).verified(by: keys)
            return nil
        } catch {
            return error
        }
    }

    private func keyRefusal(_ text: String) -> NoteError? {
        do throws(NoteError) {
            _ = try VerifierKey(text)
            return nil
        } catch {
            return error
        }
    }

    @Test("the published note is signed to the byte, and verified")
    func vector() throws {
        let key = try SigningKey(Self.peterSecret)
        #expect(key.verifier.description == Self.peter && key.secretText == Self.peterSecret)
        var note = try Note(text: Self.text)
        try note.sign(with: key)
        #expect(note.encoded == Array((Self.text + "\n" + Self.peterLine).utf8))
        // A second time, in place of the first.
        try note.sign(with: key)
        #expect(note.encoded == Array((Self.text + "\n" + Self.peterLine).utf8))
    }

    @Test("the specification's examples are verified")
    func examples() throws {
        let foo = try VerifierKey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
        let note = try Note(
            Array(
                """
                This is an example message.

                — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm\
                RKuwHjG1Yu72IneyaQM=

                """.utf8))
        #expect(try note.verified(by: [foo]).map(\.key) == [foo])
    }

    @Test("signatures of known keys are verified, others ignored")
    func keys() throws {
        let note = try Note(Array((Self.text + "\n" + Self.peterLine + Self.enochLine).utf8))
        let (peter, enoch) = (try VerifierKey(Self.peter), try VerifierKey(Self.enoch))
        #expect(note.text == Self.text && note.signatures.count == 2)
        #expect(try note.verified(by: [peter]).map(\.key) == [peter])
        #expect(try note.verified(by: [peter, enoch]).map(\.key) == [peter, enoch])
        // A key counts once, however often it is trusted and has signed.
        #expect(try note.verified(by: [peter, peter]).map(\.key) == [peter])
        let twice = try Note(Array((Self.text + "\n" + Self.peterLine + Self.peterLine).utf8))
        #expect(try twice.verified(by: [peter]).map(\.key) == [peter])
    }

    @Test("what is not a note is refused for what is wrong with it")
    func malformed() throws {
        let whole = Self.text + "\n" + Self.peterLine
        #expect(try refusal(whole) == nil)
        #expect(try refusal(Self.text) == .noSignatures)
        #expect(try refusal(Self.text + "\n") == .noSignatures)
        #expect(try refusal("") == .noSignatures && refusal("\n") == .noSignatures)
        #expect(try refusal(String(whole.dropLast())) == .noSignatures)
        #expect(try refusal("\u{1}" + whole) == .text && refusal("a\tb" + whole) == .text)
        #expect(try refusal(whole.replacing("\n", with: "\r\n")) == .text)
        #expect(throws: NoteError.encoding) { try Note([0xFF] + Array(whole.utf8)) }
        #expect(try refusal(whole + "Unexpected line.\n") == .signatureLine(2, .form))
        #expect(try refusal(whole.replacing("— PeterNeumann", with: "— Peter Neumann")) == .signatureLine(1, .form))
        #expect(try refusal(whole.replacing("—", with: "-")) == .signatureLine(1, .form))
        #expect(try refusal(whole.replacing("— PeterNeumann", with: "— Peter+Neumann")) == .signatureLine(1, .name))
        #expect(try refusal(whole.replacing("— PeterNeumann", with: "— Peter\u{2003}N")) == .signatureLine(1, .name))
        #expect(try refusal(whole.replacing("nAM=", with: "nAN=")) == .signatureLine(1, .base64))
        #expect(try refusal(whole.replacing("nAM=", with: "nAM")) == .signatureLine(1, .base64))
        #expect(try refusal(Self.text + "\n— PeterNeumann x08gow==\n") == .signatureLine(1, .tooShort))
        #expect(
            try refusal(Self.text + "\n" + String(repeating: Self.peterLine, count: 101)) == .tooManySignatures(101))
        #expect(try refusal(Self.text + "\n" + String(repeating: Self.peterLine, count: 100)) == nil)
        #expect(throws: NoteError.tooLong(byteCount: 1_000_001)) { try Note([UInt8](repeating: 65, count: 1_000_001)) }
        #expect(throws: NoteError.text) { try Note(text: "no newline") }
        #expect(throws: NoteError.text) { try Note(text: "") }
    }

    @Test("a note that was changed, or that a stranger signed, is refused")
    func untrusted() throws {
        let whole = Self.text + "\n" + Self.peterLine
        let peter = try #require(KeyName("PeterNeumann"))
        #expect(try refusal(whole.replacing("answer", with: "Answer")) == .signature(peter))
        #expect(try refusal(whole.replacing("ZJku", with: "ZJkv")) == .signature(peter))
        #expect(try refusal(whole.replacing("nAM=", with: "nAMA")) == .signature(peter))
        #expect(try refusal(whole, keys: [Self.enoch]) == .unknownSigners([peter]))
        #expect(try refusal(whole, keys: []) == .unknownSigners([peter]))
        // The name or the id alone names no key.
        #expect(
            try refusal(whole.replacing("PeterNeumann", with: "CarmenSandiego"))
                == .unknownSigners([try #require(KeyName("CarmenSandiego"))]))
        #expect(try refusal(whole.replacing("x08g", with: "xxxx")) == .unknownSigners([peter]))
        // One wrong signature of a known key spoils the note, whatever else is right.
        #expect(
            try refusal(
                Self.text + "\n" + Self.peterLine + Self.enochLine.replacing("BzmZ", with: "BzmA"),
                keys: [Self.peter, Self.enoch]) == .signature(try #require(KeyName("EnochRoot"))))
        #expect(
            try refusal(Self.text + "\n" + Self.peterLine + Self.peterLine.replacing("ZJku", with: "ZJkv"))
                == .signature(peter))
    }

    @Test("no bit of a signed note can be changed without notice")
    func flippedBits() throws {
        let bytes = Array((Self.text + "\n" + Self.peterLine).utf8)
        let key = try VerifierKey(Self.peter)
        for place in bytes.indices {
            for bit in 0..<8 as Range<UInt8> {
                var changed = bytes
                changed[place] ^= 1 << bit
                #expect(throws: NoteError.self) { try Note(changed).verified(by: [key]) }
            }
        }
    }

    @Test("a key that was changed in any place is refused")
    func mangledKeys() throws {
        let bytes = Array(Self.peter.utf8)
        for start in 0...bytes.count {
            for end in start...bytes.count where end - start < bytes.count {
                #expect(throws: NoteError.self) { try VerifierKey(String(decoding: bytes[start..<end], as: UTF8.self)) }
            }
        }
        for place in bytes.indices {
            var changed = bytes
            changed[place] += 1
            #expect(throws: NoteError.self) { try VerifierKey(String(decoding: changed, as: UTF8.self)) }
        }
        #expect(
            keyRefusal("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==") == .key(.material))
        #expect(
            keyRefusal("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW") == .key(.kind(0x65)))
        #expect(keyRefusal("PeterNeumann") == .key(.form))
        #expect(keyRefusal(Self.peter.replacing("PeterNeumann", with: "Peter Neumann")) == .key(.name))
        #expect(keyRefusal(Self.peter.replacing("c74f20a3", with: "C74F20A3")) == .key(.idForm))
        #expect(
            keyRefusal(Self.peter.replacing("c74f20a3", with: "c74f20a4"))?.description
                == "The key is not valid: its id is c74f20a4, and name and key give c74f20a3.")
        let secret = Array(Self.peterSecret.utf8)
        for place in secret.indices {
            var changed = secret
            changed[place] += 1
            #expect(throws: NoteError.self) { try SigningKey(String(decoding: changed, as: UTF8.self)) }
        }
    }

    @Test("names are what the specification allows")
    func names() {
        for name in ["a", "example.com/log", "Ünïcode", "a-b_c.d/e"] { #expect(KeyName(name)?.text == name) }
        for name in ["", " ", "a b", "a+b", "a\nb", "a\u{A0}b", "a\u{2003}b", "a\u{3000}", "\t"] {
            #expect(KeyName(name) == nil)
        }
    }

    @Test("a text with blank lines ends at the last of them")
    func blankLines() throws {
        let key = try SigningKey(Self.peterSecret)
        var note = try Note(text: "one\n\n\ntwo\n\n")
        try note.sign(with: key)
        #expect(try Note(note.encoded) == note)
    }
}
