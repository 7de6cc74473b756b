/// A text with signatures (C2SP signed-note). The text is to be ignored until a trusted key has verified a signature.
package struct Note: Hashable, Sendable {
    /// Ends with a newline.
    package let text: String
    /// In the order of their lines; signatures of unknown keys among them.
    package private(set) var signatures: [NoteSignature]

    /// The most bytes that are read as a note.
    package static let maximumByteCount = 1_000_000
    /// The most signatures that are read with one.
    package static let maximumSignatureCount = 100

    /// A note with the text `text`, which nobody has signed yet.
    ///
    /// - Throws: `text` when it does not end with a newline or has control characters.
    package init(text: String) throws(NoteError) {
        guard text.last == "\n", Note.isPlain(text) else { throw .text }
        self.text = text
        signatures = []
    }

    /// The note that `bytes` hold and nothing else.
    ///
    /// - Throws: What is wrong; no signature is verified.
    package init(_ bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= Note.maximumByteCount else { throw .tooLong(byteCount: bytes.count) }
        guard let whole = String(validating: bytes, as: UTF8.self) else { throw .encoding }
        guard Note.isPlain(whole) else { throw .text }
        let utf8 = whole.utf8
        guard let separator = Note.lastBlankLine(of: bytes) else { throw .noSignatures }
        let textEnd = utf8.index(utf8.startIndex, offsetBy: separator + 1)
        let rest = whole[utf8.index(after: textEnd)...]
        guard rest.utf8.last == UInt8(ascii: "\n") else { throw .noSignatures }
        text = String(whole[..<textEnd])
        signatures = []
        let lines = rest.utf8.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count <= Note.maximumSignatureCount else { throw .tooManySignatures(lines.count) }
        for (number, line) in lines.enumerated() {
            signatures.append(try NoteSignature(line: Substring(line), number: number + 1))
        }
    }

    /// The note as bytes.
    ///
    /// - Precondition: it was signed.
    package var encoded: [UInt8] {
        precondition(!signatures.isEmpty, "a note has a signature")
        return Array((text + "\n" + signatures.map { $0.line + "\n" }.joined()).utf8)
    }

    /// Adds the signature of `key`, in place of an earlier one by the same key.
    ///
    /// - Parameter time: Seconds since 1970, which a cosignature states.
    package mutating func sign(with key: SigningKey, at time: UInt64 = 0) throws(NoteError) {
        add(try key.sign(text, at: time))
    }

    /// Adds `signature`, in place of an earlier one by the same key.
    package mutating func add(_ signature: NoteSignature) {
        signatures.removeAll { $0.name == signature.name && $0.keyID == signature.keyID }
        signatures.append(signature)
    }

    /// The signatures that some of `keys` made, one for each key. Those of other keys are ignored.
    ///
    /// - Throws: `unknownSigners` when none of `keys` signed; `signature` when one that is said to have signed did not.
    package func verified(by keys: [VerifierKey]) throws(NoteError) -> [VerifiedSignature] {
        var verified: [VerifiedSignature] = []
        for (place, key) in keys.enumerated() where !keys[..<place].contains(key) {
            // A second line of the same key adds nothing, but it has to be right too.
            var own: [VerifiedSignature] = []
            for signature in signatures where key.isNamed(by: signature) {
                own.append(try key.verify(signature, of: text))
            }
            if let first = own.first { verified.append(first) }
        }
        guard !verified.isEmpty else { throw .unknownSigners(signatures.map(\.name)) }
        return verified
    }

    /// True when the text has no control characters but newlines.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\n") }
    }

    /// The offset of the first of the last two newlines that follow each other.
    private static func lastBlankLine(of bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast().last { bytes[$0] == UInt8(ascii: "\n") && bytes[$0 + 1] == UInt8(ascii: "\n") }
    }
}
