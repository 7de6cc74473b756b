package import JSON

/// An address that is told about events, as the server shows it.
package struct WebhookInfo: Sendable {
    /// The whole document.
    package let json: JSONValue
    package let id: String
    package let url: String
    /// active, no_transport, not_delivering or deleted.
    package let status: String

    package init(_ json: JSONValue) throws(ClientError) {
        self.json = json
        id = try json.text("webhook_id", of: "a webhook")
        url = try json.text("url", of: "a webhook")
        status = try json.text("status", of: "a webhook")
    }

    package var events: [String] { json.texts("events") }
    /// The remedy, when it is not active.
    package var message: String? { json["message"]?.stringValue }
}
