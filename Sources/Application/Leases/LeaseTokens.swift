import Crypto
import EventLog
package import Tracking

/// Makes the tokens of leases: from a secret of the data directory and the claim's command, so that a repeated claim gets
/// its token again although only the token's digest is stored.
package struct LeaseTokens: Sendable {
    private let secret: [UInt8]

    package init(secret: [UInt8]) {
        precondition(secret.count == 32)
        self.secret = secret
    }

    /// The secret in the file at `path`, made when it is missing; only the owner can read it.
    package static func load(path: String) throws -> LeaseTokens {
        LeaseTokens(secret: try SecretFile.load(path))
    }

    /// The token of the attempt that `command` claims: HMAC-SHA-256 in hexadecimal.
    package func token(for session: Session.ID, claimedBy command: CommandID) -> String {
        let message = Array((session.text + "\u{0}" + command.text).utf8)
        return Hexadecimal.encode(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: secret)))
    }

    /// The digest that is stored of a token.
    package static func digest(of token: some StringProtocol) -> String {
        Digest(hashing: Array(token.utf8)).description
    }
}
