package import Tracking
package import Transparency

/// The keys of the log: the secrets in the file, and what the log itself says of them.
struct LogKeyring: Sendable {
    /// Those that sign, the newest first; never empty.
    private(set) var signing: [SigningKey]
    /// What the events say, the newest first; empty until the first rotation.
    private(set) var recorded: LogKeyDecider.State
    private let file: LogKeyFile

    /// - Parameter keys: Those of the file.
    /// - Throws: `key` when the secret of the newest key is not among them.
    init(_ keys: [SigningKey], file: LogKeyFile, recorded: LogKeyDecider.State) throws(AuditError) {
        self.file = file
        self.recorded = recorded
        // A key whose rotation was never recorded was made in vain.
        guard let newest = recorded.first else {
            signing = Array(keys.suffix(1))
            return
        }
        signing = recorded.filter { !$0.isRetired }.compactMap { known in
            keys.first { $0.verifier.description == known.verifierKey }
        }
        guard signing.first?.verifier.description == newest.verifierKey else {
            throw .key(
                "The log's newest key, \(newest.verifierKey), is not in the file log-key of the data directory. Restore the "
                    + "file from a backup that was made after the key was rotated.")
        }
    }

    var name: KeyName { signing[0].verifier.name }
    var verifiers: [VerifierKey] { signing.map(\.verifier) }

    /// The keys whose time to sign is over at `now`.
    func expired(at now: Timestamp) -> [SigningKey] {
        signing.filter { key in
            recorded.contains { known in
                known.verifierKey == key.verifier.description && known.signsUntil.map { $0 <= now } == true
            }
        }
    }

    /// A new key of the same name, once it is in the file beside those that sign.
    func makeKey() throws(AuditError) -> SigningKey {
        let key: SigningKey
        do throws(NoteError) {
            key = try SigningKey(name)
        } catch {
            throw .key("A new key could not be made. \(error)")
        }
        try file.replace(with: [key] + signing)
        return key
    }

    /// Takes over what the events say now: `key` signs if they name it, and those that are retired are deleted.
    mutating func follow(_ recorded: LogKeyDecider.State, adding key: SigningKey? = nil) throws(AuditError) {
        let known = (key.map { [$0] } ?? []) + signing
        self = try LogKeyring(known, file: file, recorded: recorded)
        try file.replace(with: signing)
    }
}

/// A public key of the log.
package struct LogKey: Sendable, Equatable {
    package var verifier: VerifierKey
    package var isRetired: Bool
    /// When it stops signing; nil for the newest.
    package var signsUntil: Timestamp?
    /// The size of the last tree head that it signed; nil before the first.
    package var lastSize: UInt64?
}

/// The keys of the log, the newest first.
package struct LogKeys: Sendable, Equatable {
    package var origin: String
    package var keys: [LogKey]
}
