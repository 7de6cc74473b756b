package import Tracking

/// An address that events are sent to.
package struct WebhookInfo: Document, Equatable {
    package static let name = "Webhook"

    package var id = ""
    package var url = ""
    package var events: [String] = []
    package var format = Webhook.Format.pivot
    package var filter: String?
    package var isEnabled = true
    /// `active`, `failing`, `no_transport`, `disabled` or `deleted`.
    package var status = ""
    /// What is wrong and what to do, when it is not active.
    package var message: String?
    package var isSigned = false
    /// What signs, as receivers' libraries take it: only in the answer that set it.
    package var secret: String?
    package var createdAt = Timestamp(rawValue: 0)
    /// Everything up to this place of the log is delivered or given up.
    package var position: UInt64 = 0
    package var deliveredCount = 0
    package var failedCount = 0
    package var lastAttemptAt: Timestamp?
    package var nextAttemptAt: Timestamp?

    package init() {}

    package static let fields: [Field<WebhookInfo>] = [
        Field("webhook_id", \.id), Field("url", \.url), Field("events", \.events), Field("format", \.format),
        Field("filter", \.filter), Field("enabled", \.isEnabled),
        Field("status", \.status, .words(["active", "failing", "no_transport", "disabled", "deleted"])),
        Field("message", \.message), Field("signed", \.isSigned), Field("secret", \.secret),
        Field("created_at", \.createdAt), Field("position", \.position), Field("delivered_count", \.deliveredCount),
        Field("failed_count", \.failedCount), Field("last_attempt_at", \.lastAttemptAt),
        Field("next_attempt_at", \.nextAttemptAt),
    ]
}

extension Webhook.Format: FieldValue {}
