package import Crypto

/// The secret key that signs notes, with its name.
///
/// It is kept as `PRIVATE+KEY+<name>+<id>+<base64 of kind and seed>`, the form of Go's package note.
package struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    /// The public part.
    package let verifier: VerifierKey

    /// A key named `name` with the secret `key`; by default a new one from the system's random numbers.
    package init(
        _ name: KeyName, kind: SignatureKind = .ed25519, key: Curve25519.Signing.PrivateKey = .init()
    ) throws(NoteError) {
        self.key = key
        verifier = try VerifierKey(name, kind: kind, publicKey: Array(key.publicKey.rawRepresentation))
    }

    private static let prefix = "PRIVATE+KEY+"

    /// The key that `text` spells.
    ///
    /// - Throws: `key`, with the part that is wrong; the secret is in no message.
    package init(_ text: some StringProtocol) throws(NoteError) {
        guard text.hasPrefix(SigningKey.prefix) else { throw .key(.form) }
        let parts = text.dropFirst(SigningKey.prefix.count).split(
            separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .key(.form) }
        guard let name = KeyName(parts[0]) else { throw .key(.name) }
        guard let idBytes = Hex.decode(parts[1]), idBytes.count == 4 else { throw .key(.idForm) }
        guard let bytes = Base64.decode(parts[2]), let first = bytes.first else { throw .key(.material) }
        guard let kind = SignatureKind(rawValue: first) else { throw .key(.kind(first)) }
        guard bytes.count == 33, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst())
        else { throw .key(.material) }
        try self.init(name, kind: kind, key: key)
        let given = idBytes.reduce(0) { $0 << 8 | UInt32($1) }
        guard given == verifier.id else { throw .key(.id(given: given, computed: verifier.id)) }
    }

    /// The key as text, which is a secret.
    package var secretText: String {
        let material = Base64.encode([verifier.kind.rawValue] + Array(key.rawRepresentation))
        return "\(SigningKey.prefix)\(verifier.name)+\(verifier.id.eightDigits)+\(material)"
    }

    /// The signature of a note with the text `text`.
    ///
    /// - Parameter time: Seconds since 1970, which a cosignature states; of no meaning otherwise.
    /// - Throws: `signing` when the system refuses.
    package func sign(_ text: String, at time: UInt64 = 0) throws(NoteError) -> NoteSignature {
        let stated = verifier.kind == .cosignature ? time : nil
        guard let signature = try? key.signature(for: SigningKey.message(text, time: stated)) else {
            throw .signing(verifier.name)
        }
        var bytes: [UInt8] = []
        if let stated { withUnsafeBytes(of: stated.bigEndian) { bytes.append(contentsOf: $0) } }
        return NoteSignature(name: verifier.name, keyID: verifier.id, bytes: bytes + Array(signature))
    }

    /// What is signed: the text itself, or for a cosignature a line that says so, the time, and the text.
    static func message(_ text: String, time: UInt64?) -> [UInt8] {
        guard let time else { return Array(text.utf8) }
        return Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
    }
}
