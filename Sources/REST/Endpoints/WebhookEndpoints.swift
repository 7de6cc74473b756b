import API
import Application
import Foundation
import Hummingbird
import ReadModels
import Tracking
import WebServer

/// Addresses that events are sent to. This server records them, and says in its answers that it does not deliver yet.
struct WebhookEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.createWebhook, create), Endpoint(.listWebhooks, list), Endpoint(.getWebhook, get),
            Endpoint(.deleteWebhook, delete),
        ]
    }

    @Sendable private func create(_ call: Call) async throws -> Response {
        let (new, body) = try await call.json(NewWebhook.self, of: .createWebhook)
        try Self.check(new.url)
        let written = try await tracker.webhooks.create(
            url: new.url, events: new.events, as: try call.identity("webhooks", body))
        return .written(
            written, status: .created, location: API.Operation.getWebhook.target([written.value.id])
        ) { WebhookInfo($0) }
    }

    @Sendable private func list(_ call: Call) async throws -> Response {
        let limit = try call.query.limit(maximum: 1000) ?? 100
        let offset = try call.query.offset()
        return .read(try await tracker.queries.webhooks(try call.freshness())) { webhooks in
            var list = WebhookList()
            list.webhooks = webhooks.dropFirst(offset).prefix(limit).map { WebhookInfo($0) }
            list.total = webhooks.count
            return list
        }
    }

    @Sendable private func get(_ call: Call) async throws -> Response {
        .read(
            try await tracker.queries.webhook(call.parameters["webhook_id"] ?? "", try call.freshness())
        ) { WebhookInfo($0) }
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        .written(
            try await tracker.webhooks.delete(
                call.parameters["webhook_id"] ?? "", as: try call.identity("delete-webhook"))
        ) { webhook in
            var info = WebhookInfo(webhook, isDeleted: true)
            info.message = "Webhook \(info.id) was deleted."
            return info
        }
    }

    /// `https`, `http` with a host, or `mailto` with an address.
    private static func check(_ text: String) throws(FieldError) {
        guard text.utf8.allSatisfy({ $0 > 32 && $0 != 127 }), let url = URLComponents(string: text),
            let scheme = url.scheme?.lowercased()
        else { throw FieldError("url", "must be an address such as https://example.com/hook or mailto:me@example.com") }
        switch scheme {
        case "http", "https":
            guard let host = url.host, !host.isEmpty else { throw FieldError("url", "has no host") }
        case "mailto":
            let parts = url.path.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw FieldError("url", "must name one mail address, such as mailto:me@example.com")
            }
        default: throw FieldError("url", "must begin with https://, http:// or mailto:, not \(scheme):")
        }
    }
}

extension WebhookInfo {
    init(_ webhook: WebhookDocument) {
        self.init(
            Webhooks.View(
                id: webhook.webhookID, url: webhook.url, events: webhook.events,
                createdAt: Timestamp(rawValue: webhook.createdAt)))
    }

    init(_ webhook: Webhooks.View, isDeleted: Bool = false) {
        self.init()
        id = webhook.id
        url = webhook.url
        events = webhook.events
        createdAt = webhook.createdAt
        if isDeleted {
            status = "deleted"
        } else if url.lowercased().hasPrefix("mailto:") {
            status = "no_transport"
            message = "No mail server can be configured in this version, so nothing is sent to this address."
        } else {
            status = "not_delivering"
            message = "This version records webhooks but does not deliver to them yet."
        }
    }
}
