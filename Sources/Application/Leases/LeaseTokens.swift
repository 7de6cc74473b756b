import Crypto
import EventLog
package import Tracking

/// Makes the tokens of leases, of which the log has only digests.
///
/// A claim whose answer was lost is sent again and must get its token again. Its command's id cannot prove that it is the same
/// claimer: it is in the log for all readers, and may follow from the ids beside it. So the claimer sends a secret of its own
/// with the claim, which is stored nowhere: the token is made from the data directory's secret and that one, and a claim that is
/// repeated with another, or without any, makes a token that has not the stored digest. Tokens of releases before this were
/// made without the claimer's secret; they hold, since holders are known by digests, but cannot be had again.
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
    ///
    /// - Parameter claimSecret: What only the claimer knows; without it the token is another each time.
    package func token(for session: Session.ID, claimedBy command: CommandID, claimSecret: String?) -> String {
        let proof = claimSecret.map { Array($0.utf8) } ?? SecretFile.random()
        let message = Array("claim\u{0}\(session.text)\u{0}\(command.text)\u{0}".utf8) + proof
        return Hexadecimal.encode(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: secret)))
    }

    /// The digest that is stored of a token.
    package static func digest(of token: some StringProtocol) -> String {
        Digest(hashing: Array(token.utf8)).description
    }
}
