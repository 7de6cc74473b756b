import Crypto
import EventLog
import Foundation
package import Tracking

/// Seals the secrets of webhooks, and signs with them.
///
/// The log and its backups have only what AES-256-GCM makes of a secret with a key that is in a file of the data directory beside
/// them, readable by its owner alone: who reads the log without that file learns nothing.
package struct WebhookSigner: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: 32 bytes.
    package init(key: [UInt8]) {
        precondition(key.count == 32)
        self.key = SymmetricKey(data: key)
    }

    /// The bytes that a secret as people give it stands for: what follows `whsec_` in base64, or else its own UTF-8.
    package static func bytes(of secret: String) -> [UInt8] {
        if secret.hasPrefix("whsec_"), let data = Data(base64Encoded: String(secret.dropFirst(6))), !data.isEmpty {
            return Array(data)
        }
        return Array(secret.utf8)
    }

    /// The form in which receivers' libraries take a secret.
    package static func text(of bytes: [UInt8]) -> String { "whsec_" + Data(bytes).base64EncodedString() }

    /// A fresh secret of 32 bytes.
    package static func fresh() -> [UInt8] { SecretFile.random() }

    package func seal(_ secret: [UInt8]) throws -> [UInt8] {
        guard let combined = try AES.GCM.seal(secret, using: key).combined else {
            preconditionFailure("a nonce of the usual size is made")
        }
        return Array(combined)
    }

    /// The secret; nil when it was sealed with the key of another data directory.
    func opened(_ sealed: [UInt8]) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed), let bytes = try? AES.GCM.open(box, using: key) else {
            return nil
        }
        return Array(bytes)
    }

    /// The headers of the Standard Webhooks specification: HMAC-SHA256 over id, time and body, once for each of the secrets.
    ///
    /// Nil when a secret cannot be opened.
    package func headers(
        id: String, at time: Timestamp, body: [UInt8], sealedSecrets: [[UInt8]]
    ) -> [(name: String, value: String)]? {
        let seconds = String(time.rawValue / 1_000_000)
        var headers = [("webhook-id", id), ("webhook-timestamp", seconds)]
        var signatures: [String] = []
        for sealed in sealedSecrets {
            guard let secret = opened(sealed) else { return nil }
            let code = HMAC<SHA256>.authenticationCode(
                for: Array("\(id).\(seconds).".utf8) + body, using: SymmetricKey(data: secret))
            signatures.append("v1," + Data(code).base64EncodedString())
        }
        if !signatures.isEmpty { headers.append(("webhook-signature", signatures.joined(separator: " "))) }
        return headers
    }
}
