import API
import Application
import Foundation
import Hummingbird
import JSON
import ReadModels
import Tracking
import WebServer

/// Addresses that events are sent to, and what became of it.
struct WebhookEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.createWebhook, create), Endpoint(.listWebhooks, list), Endpoint(.getWebhook, get),
            Endpoint(.updateWebhook, update), Endpoint(.deleteWebhook, delete), Endpoint(.testWebhook, test),
            Endpoint(.replayWebhook, replay), Endpoint(.listDeliveries, deliveries),
            Endpoint(.getDelivery, delivery), Endpoint(.redeliver, redeliver), Endpoint(.resumeWebhooks, resume),
        ]
    }

    @Sendable private func create(_ call: Call) async throws -> Response {
        let (new, body) = try await call.json(NewWebhook.self, of: .createWebhook)
        var settings = WebhookSettings(url: new.url, events: new.events)
        settings.format = new.format ?? .pivot
        settings.filter = new.filter ?? ""
        try Self.check(url: settings.url)
        try Self.check(filter: settings.filter)
        let secret = try Self.secret(new.secret, isGenerated: new.generatesSecret)
        let written = try await tracker.webhooks.create(
            settings, secret: secret, as: try call.identity("webhooks", body))
        return .written(
            written, status: .created, location: API.Operation.getWebhook.target([written.value.webhook.webhookID])
        ) { info($0.webhook, secret: $0.secret) }
    }

    @Sendable private func update(_ call: Call) async throws -> Response {
        let (request, body) = try await call.json(UpdatedWebhook.self, of: .updateWebhook)
        var changes = WebhookChanges()
        (changes.url, changes.events, changes.format) = (request.url, request.events, request.format)
        (changes.filter, changes.isEnabled) = (request.filter, request.isEnabled)
        if let url = request.url { try Self.check(url: url) }
        if let filter = request.filter { try Self.check(filter: filter) }
        let secret = try Self.secret(request.secret, isGenerated: request.generatesSecret)
        let written = try await tracker.webhooks.change(
            id(call), changes, secret: secret, as: try call.identity("update-webhook", body))
        return .written(written) { info($0.webhook, secret: $0.secret) }
    }

    @Sendable private func list(_ call: Call) async throws -> Response {
        let limit = try call.query.limit(maximum: 1000) ?? 100
        let offset = try call.query.offset()
        return .read(try await tracker.queries.webhooks(try call.freshness())) { webhooks in
            var list = WebhookList()
            list.webhooks = webhooks.dropFirst(offset).prefix(limit).map { info($0) }
            list.total = webhooks.count
            return list
        }
    }

    @Sendable private func get(_ call: Call) async throws -> Response {
        .read(try await tracker.queries.webhook(id(call), try call.freshness())) { info($0) }
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        .written(try await tracker.webhooks.delete(id(call), as: try call.identity("delete-webhook"))) { webhook in
            var info = info(webhook)
            info.status = "deleted"
            info.message = "Webhook \(info.id) was deleted."
            return info
        }
    }

    @Sendable private func test(_ call: Call) async throws -> Response {
        let result = try await tracker.webhooks.test(id(call))
        var info = WebhookTestInfo()
        info.isSuccess = result.error == nil
        info.statusCode = result.statusCode.map { Int($0) }
        info.responseTime = result.duration / .milliseconds(1)
        info.errorMessage = result.error
        return .document(info)
    }

    @Sendable private func replay(_ call: Call) async throws -> Response {
        guard let position = try call.query.position("after") else {
            throw FieldError("after", "is required: the place in the log after which everything is told again")
        }
        return .written(
            try await tracker.webhooks.replay(id(call), after: position, as: try call.identity("replay-webhook")),
            status: .accepted
        ) { info($0) }
    }

    // MARK: Deliveries

    @Sendable private func deliveries(_ call: Call) async throws -> Response {
        let words = ["delivered", "retrying", "failed", "pending"]
        let statuses = call.query.list("status") ?? []
        for status in statuses where !words.contains(status) {
            throw FieldError("status", "must be one of \(words.joined(separator: ", ")), not '\(status)'")
        }
        return .read(
            try await tracker.queries.deliveries(
                of: id(call), statuses: Set(statuses), limit: try call.query.limit(maximum: 1000) ?? 100,
                offset: try call.query.offset(), try call.freshness())
        ) { webhook, deliveries in
            var list = DeliveryList()
            list.webhookID = webhook.webhookID
            list.deliveries = deliveries.map { DeliveryInfo($0) }
            list.deliveredCount = Int(clamping: webhook.deliveredCount)
            list.failedCount = Int(clamping: webhook.failedCount)
            return list
        }
    }

    @Sendable private func delivery(_ call: Call) async throws -> Response {
        let answer = try await tracker.queries.delivery(
            call.parameters["delivery_id"] ?? "", of: id(call), try call.freshness())
        let content = try await tracker.webhooks.content(of: answer.value)
        return .read(answer) { delivery in
            var info = DeliveryInfo(delivery)
            info.contentType = content?.contentType
            info.body = content.map { String(decoding: $0.body, as: UTF8.self) }
            return info
        }
    }

    @Sendable private func redeliver(_ call: Call) async throws -> Response {
        .written(
            try await tracker.webhooks.redeliver(
                id(call), delivery: call.parameters["delivery_id"] ?? "", as: try call.identity("redeliver")),
            status: .accepted
        ) { DeliveryInfo($0) }
    }

    @Sendable private func resume(_ call: Call) async throws -> Response {
        var answer = DeliveryResumption()
        answer.wasPaused = try tracker.webhooks.resume()
        answer.message = answer.wasPaused ? "Webhooks are told again." : "Webhooks were not paused."
        return .document(answer)
    }

    // MARK: Reading and showing

    private func id(_ call: Call) -> String { call.parameters["webhook_id"] ?? "" }

    /// `https`, `http` with a host, or `mailto` with an address.
    private static func check(url text: String) throws(FieldError) {
        guard text.utf8.allSatisfy({ $0 > 32 && $0 != 127 }), let url = URLComponents(string: text),
            let scheme = url.scheme?.lowercased()
        else { throw FieldError("url", "must be an address such as https://example.com/hook or mailto:me@example.com") }
        switch scheme {
        case "http", "https":
            guard let host = url.host, !host.isEmpty else { throw FieldError("url", "has no host") }
        case "mailto":
            let parts = url.path.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
                !url.path.contains(where: { "<>,;\r\n".contains($0) })
            else { throw FieldError("url", "must name one mail address, such as mailto:me@example.com") }
        default: throw FieldError("url", "must begin with https://, http:// or mailto:, not \(scheme):")
        }
    }

    private static func check(filter text: String) throws(FieldError) {
        guard !text.isEmpty else { return }
        do {
            _ = try SessionCondition(text)
        } catch {
            throw FieldError("filter", "cannot be read: \(error)")
        }
    }

    private static func secret(_ text: String?, isGenerated: Bool?) throws(FieldError) -> [UInt8]? {
        guard isGenerated == true else { return text.map { WebhookSigner.bytes(of: $0) } }
        guard text == nil else {
            throw FieldError("generate_secret", "must not be given beside secret; send one of both")
        }
        return WebhookSigner.fresh()
    }

    private func info(_ webhook: WebhookDocument, secret: [UInt8]? = nil) -> WebhookInfo {
        WebhookInfo(webhook, secret: secret, canMail: tracker.webhooks.canMail)
    }
}
