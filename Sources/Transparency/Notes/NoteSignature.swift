/// One signature of a note: who made it, and its bytes. It says nothing before a key has verified it.
package struct NoteSignature: Hashable, Sendable {
    package let name: KeyName
    package let keyID: UInt32
    /// What comes after the key's id.
    package let bytes: [UInt8]

    package init(name: KeyName, keyID: UInt32, bytes: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.bytes = bytes
    }

    /// The signature as a line of a note, without the newline.
    package var line: String {
        let id = withUnsafeBytes(of: keyID.bigEndian) { Array($0) }
        return "\u{2014} \(name) \(Base64.encode(id + bytes))"
    }

    /// The signature that `line`, the one at `number` of the note's signatures, spells.
    ///
    /// - Throws: `signatureLine`, with the part that is wrong.
    package init(line: some StringProtocol, number: Int) throws(NoteError) {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "\u{2014}" else { throw .signatureLine(number, .form) }
        guard let name = KeyName(parts[1]) else { throw .signatureLine(number, .name) }
        guard let all = Base64.decode(parts[2]) else { throw .signatureLine(number, .base64) }
        guard all.count > 4 else { throw .signatureLine(number, .tooShort) }
        self.init(
            name: name, keyID: all.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }, bytes: Array(all.dropFirst(4)))
    }
}

/// A signature that a known key made over a note's text.
package struct VerifiedSignature: Hashable, Sendable {
    package let key: VerifierKey
    package let signature: NoteSignature
    /// Of a cosignature: when it was made, in seconds since 1970.
    package let time: UInt64?
}
