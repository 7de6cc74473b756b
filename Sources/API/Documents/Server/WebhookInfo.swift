package import Tracking

/// An address that events are sent to.
package struct WebhookInfo: Document, Equatable {
    package static let name = "Webhook"

    package var id = ""
    package var url = ""
    package var events: [String] = []
    /// `active`, `no_transport`, `not_delivering` or `deleted`.
    package var status = ""
    /// The remedy, when it is not active.
    package var message: String?
    package var createdAt = Timestamp(rawValue: 0)

    package init() {}

    package static let fields: [Field<WebhookInfo>] = [
        Field("webhook_id", \.id), Field("url", \.url),
        Field("events", \.events, .count(0...100, of: .words(Webhook.EventName.allCases.map(\.rawValue)))),
        Field("status", \.status, .words(["active", "no_transport", "not_delivering", "deleted"])),
        Field("message", \.message), Field("created_at", \.createdAt),
    ]
}
