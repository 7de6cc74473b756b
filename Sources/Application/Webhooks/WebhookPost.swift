import Foundation
package import Tracking

/// Sends one message to one webhook.
package struct WebhookPost: Sendable {
    private let sender: any WebhookSender
    private let signer: WebhookSigner
    private let now: @Sendable () -> Timestamp
    /// The address at which people reach the server.
    package let server: @Sendable () async -> String

    package init(
        _ sender: any WebhookSender, signer: WebhookSigner, now: @escaping @Sendable () -> Timestamp,
        server: @escaping @Sendable () async -> String
    ) {
        self.sender = sender
        self.signer = signer
        self.now = now
        self.server = server
    }

    package var canMail: Bool { sender.canMail }

    package func fault(ofAddress url: String) async -> String? { await sender.fault(ofAddress: url) }

    package func seal(_ secret: [UInt8]) throws -> [UInt8] { try signer.seal(secret) }

    /// Sends by the webhook's settings as they are now.
    package func send(_ message: WebhookMessage, to webhook: WebhookState) async -> SendResult {
        if webhook.settings.isMail { return await sender.mail(message.mail(to: webhook.settings.url)) }
        guard let request = request(message, to: webhook) else {
            return SendResult(
                duration: .zero,
                error: "The webhook's secret cannot be opened with the key of this data directory. Set a new secret.")
        }
        return await sender.post(request)
    }

    /// What would be sent now; nil when its secret cannot be opened.
    package func request(_ message: WebhookMessage, to webhook: WebhookState) -> WebhookRequest? {
        let settings = webhook.settings
        let (contentType, body) = message.body(settings.format)
        var secrets = settings.sealedSecret.isEmpty ? [] : [settings.sealedSecret]
        if webhook.previousSecretUntil > now(), !webhook.previousSecret.isEmpty {
            secrets.append(webhook.previousSecret)
        }
        guard
            let signed = signer.headers(
                id: message.delivery.description, at: now(), body: body, sealedSecrets: secrets)
        else { return nil }
        var headers = [
            (name: "Content-Type", value: contentType), (name: "User-Agent", value: "PIVOT/\(PIVOTVersion.current)"),
        ]
        headers += signed
        if settings.format == .ntfy { headers.append(("Title", message.title.asciiHeader)) }
        return WebhookRequest(url: settings.url, headers: headers, body: body)
    }
}

extension WebhookMessage {
    /// The mail that says it.
    package func mail(to url: String) -> WebhookMail {
        let address = String(url.dropFirst("mailto:".count).prefix { $0 != "?" })
        let rows = facts + metrics.map { ($0.name, Self.text($0.value)) }
        let table = rows.map { "<tr><td>\($0.htmlText)</td><td>\($1.htmlText)</td></tr>" }.joined(separator: "\n")
        return WebhookMail(
            recipient: address.removingPercentEncoding ?? address, subject: "PIVOT: \(title)",
            messageID: delivery.description, date: recordedAt,
            text: "\(title)\n\n" + rows.map { "\($0): \($1)" }.joined(separator: "\n") + "\n\n\(link)\n",
            html: """
                <!DOCTYPE html>
                <html><body><h2>\(title.htmlText)</h2>
                <table border="1" cellpadding="4" cellspacing="0">
                \(table)
                </table>
                <p><a href="\(link.htmlText)">\(link.htmlText)</a></p></body></html>

                """, curves: curves)
    }
}

extension String {
    /// The text as a header's value may have it: RFC 2047's encoded word when it is not plain ASCII, which ntfy reads.
    fileprivate var asciiHeader: String {
        utf8.allSatisfy { (32..<127).contains($0) } ? self : "=?UTF-8?B?\(Data(utf8).base64EncodedString())?="
    }
}
