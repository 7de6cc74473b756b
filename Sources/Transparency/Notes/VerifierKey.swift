import Crypto

/// The public key that verifies signatures of notes, with its name: `<name>+<id>+<base64 of kind and key>` (C2SP
/// signed-note).
package struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    package let name: KeyName
    package let kind: SignatureKind
    /// The 32 bytes of the Ed25519 key.
    package let publicKey: [UInt8]
    /// The first bytes of a digest of all this. With the name, it says which key made a signature.
    package let id: UInt32

    /// - Throws: `key(.material)` when `publicKey` has not 32 bytes.
    package init(_ name: KeyName, kind: SignatureKind, publicKey: [UInt8]) throws(NoteError) {
        guard publicKey.count == 32 else { throw .key(.material) }
        self.name = name
        self.kind = kind
        self.publicKey = publicKey
        id = VerifierKey.id(name, kind: kind, publicKey: publicKey)
    }

    /// The key that `text` spells.
    ///
    /// - Throws: `key`, with the part that is wrong.
    package init(_ text: some StringProtocol) throws(NoteError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .key(.form) }
        guard let name = KeyName(parts[0]) else { throw .key(.name) }
        guard let idBytes = Hex.decode(parts[1]), idBytes.count == 4 else { throw .key(.idForm) }
        guard let bytes = Base64.decode(parts[2]), let first = bytes.first else { throw .key(.material) }
        guard let kind = SignatureKind(rawValue: first) else { throw .key(.kind(first)) }
        try self.init(name, kind: kind, publicKey: Array(bytes.dropFirst()))
        let given = idBytes.reduce(0) { $0 << 8 | UInt32($1) }
        guard given == id else { throw .key(.id(given: given, computed: id)) }
    }

    /// SHA-256 of name, newline, kind and key: its first four bytes as a big-endian integer.
    private static func id(_ name: KeyName, kind: SignatureKind, publicKey: [UInt8]) -> UInt32 {
        let digest = SHA256.hash(data: Array(name.text.utf8) + [0x0A, kind.rawValue] + publicKey)
        return digest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    package var description: String { "\(name)+\(id.eightDigits)+\(Base64.encode([kind.rawValue] + publicKey))" }

    /// The id as the key's text has it: eight hexadecimal digits.
    package var idText: String { id.eightDigits }

    /// True when the signature says that this key made it.
    package func isNamed(by signature: NoteSignature) -> Bool { signature.name == name && signature.keyID == id }

    /// Returns what `signature`, which names this key, says of a note's `text`.
    ///
    /// - Throws: `signature` when the key did not make it over this text.
    func verify(_ signature: NoteSignature, of text: String) throws(NoteError) -> VerifiedSignature {
        var bytes = signature.bytes[...]
        var time: UInt64?
        if kind == .cosignature {
            guard bytes.count == 8 + 64 else { throw .signature(name) }
            let seconds = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard seconds < 1 << 63 else { throw .signature(name) }
            time = seconds
            bytes = bytes.dropFirst(8)
        }
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey),
            key.isValidSignature(bytes, for: SigningKey.message(text, time: time))
        else { throw .signature(name) }
        return VerifiedSignature(key: self, signature: signature, time: time)
    }
}

extension UInt32 {
    /// Eight hexadecimal digits, as the id of a key is written.
    var eightDigits: String { withUnsafeBytes(of: bigEndian) { Hex.encode($0) } }
}
