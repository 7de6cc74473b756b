import API
import Application
import Tracking

extension WebhookInfo {
    /// - Parameters:
    ///   - secret: The bytes of a secret that was set just now.
    ///   - canMail: Whether mail can be sent.
    init(_ webhook: WebhookDocument, secret: [UInt8]?, canMail: Bool) {
        self.init()
        id = webhook.webhookID
        url = webhook.url
        events = webhook.events
        format = Webhook.Format(rawValue: webhook.format) ?? .pivot
        filter = webhook.filter.nonEmpty
        isEnabled = !webhook.disabled
        isSigned = webhook.signed
        self.secret = secret.map { WebhookSigner.text(of: $0) }
        createdAt = Timestamp(rawValue: webhook.createdAt)
        position = webhook.throughPosition
        deliveredCount = Int(clamping: webhook.deliveredCount)
        failedCount = Int(clamping: webhook.failedCount)
        lastAttemptAt = webhook.lastAttemptAt > 0 ? Timestamp(rawValue: webhook.lastAttemptAt) : nil
        nextAttemptAt = webhook.nextAttemptAt > 0 ? Timestamp(rawValue: webhook.nextAttemptAt) : nil
        if webhook.disabled {
            status = "disabled"
        } else if webhook.url.lowercased().hasPrefix("mailto:"), !canMail {
            status = "no_transport"
            message =
                "No mail server is configured, so nothing is sent yet. Set smtp.url in the server's configuration or "
                + "PIVOT_SMTP_URL; what happens until then is sent once there is one, if it is less than a day old."
        } else if !webhook.lastError.isEmpty {
            status = "failing"
            message = webhook.lastError
        } else {
            status = "active"
        }
    }
}

extension DeliveryInfo {
    init(_ delivery: DeliveryDocument) {
        self.init()
        webhookID = delivery.webhookID
        id =
            Webhook.ID(delivery.webhookID).map {
                Webhook.DeliveryID($0, LogPosition(delivery.position)).description
            } ?? ""
        event = delivery.event
        sessionID = delivery.sessionID
        position = delivery.position
        status = delivery.status
        attempts = Int(delivery.attempts)
        statusCode = delivery.statusCode > 0 ? Int(delivery.statusCode) : nil
        responseTime = delivery.duration > 0 ? Double(delivery.duration) / 1000 : nil
        errorMessage = delivery.error.nonEmpty
        createdAt = Timestamp(rawValue: delivery.firstAttemptAt)
        lastAttemptAt = Timestamp(rawValue: delivery.lastAttemptAt)
        nextAttemptAt = delivery.nextAttemptAt > 0 ? Timestamp(rawValue: delivery.nextAttemptAt) : nil
        deliveredAt = delivery.deliveredAt > 0 ? Timestamp(rawValue: delivery.deliveredAt) : nil
    }
}
