package import Tracking

/// One event told to one webhook.
package struct DeliveryInfo: Document, Equatable {
    package static let name = "Delivery"

    package var id = ""
    package var webhookID = ""
    package var event = ""
    package var sessionID = ""
    /// The event's place in the log.
    package var position: UInt64 = 0
    /// `delivered`, `retrying`, `failed`, or `pending` after somebody asked for it again.
    package var status = ""
    package var attempts = 0
    package var statusCode: Int?
    /// Of the last attempt, in milliseconds.
    package var responseTime: Double?
    package var errorMessage: String?
    package var createdAt = Timestamp(rawValue: 0)
    package var lastAttemptAt: Timestamp?
    package var nextAttemptAt: Timestamp?
    package var deliveredAt: Timestamp?
    /// What was sent; only where one delivery is asked for.
    package var contentType: String?
    package var body: String?

    package init() {}

    package static let fields: [Field<DeliveryInfo>] = [
        Field("id", \.id), Field("webhook_id", \.webhookID), Field("event", \.event), Field("session_id", \.sessionID),
        Field("position", \.position),
        Field("status", \.status, .words(["delivered", "retrying", "failed", "pending"])),
        Field("attempts", \.attempts), Field("status_code", \.statusCode), Field("response_time_ms", \.responseTime),
        Field("error_message", \.errorMessage), Field("created_at", \.createdAt),
        Field("last_attempt_at", \.lastAttemptAt), Field("next_attempt_at", \.nextAttemptAt),
        Field("delivered_at", \.deliveredAt), Field("content_type", \.contentType), Field("body", \.body),
    ]
}

/// The deliveries of a webhook, the newest events first.
package struct DeliveryList: Document, Equatable {
    package static let name = "DeliveryList"

    package var webhookID = ""
    package var deliveries: [DeliveryInfo] = []
    /// Events that were delivered, and that were given up.
    package var deliveredCount = 0
    package var failedCount = 0

    package init() {}

    package static let fields: [Field<DeliveryList>] = [
        Field("webhook_id", \.webhookID), Field("deliveries", \.deliveries), Field("delivered_count", \.deliveredCount),
        Field("failed_count", \.failedCount),
    ]
}

/// What became of a message that says it is a test.
package struct WebhookTestInfo: Document, Equatable {
    package static let name = "WebhookTest"

    package var isSuccess = false
    package var statusCode: Int?
    /// In milliseconds.
    package var responseTime = 0.0
    package var errorMessage: String?

    package init() {}

    package static let fields: [Field<WebhookTestInfo>] = [
        Field("success", \.isSuccess), Field("status_code", \.statusCode), Field("response_time_ms", \.responseTime),
        Field("error_message", \.errorMessage),
    ]
}
