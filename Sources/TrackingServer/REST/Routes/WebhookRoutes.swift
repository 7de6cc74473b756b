import EventLog
import Foundation
import Hummingbird
import JSON
import Projections
import Tracking

/// Addresses that are told about events. This server records them and says honestly that it does not deliver yet.
struct WebhookRoutes {
    let service: TrackingService

    func add(to api: RouterGroup<APIRequestContext>) {
        api.post("webhooks", use: create)
        api.get("webhooks", use: list)
        api.get("webhooks/:webhook_id", use: get)
        api.delete("webhooks/:webhook_id", use: delete)
    }

    @Sendable private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let body = try await RequestReading.jsonObject(request)
        let fields = JSONFields(body)
        let url = try fields.requiredString("url", bytes: 1...2048)
        try Self.check(url)
        guard let events = try fields.strings("events", counts: 1...100) else {
            throw FieldError("events", "is required")
        }
        for (index, event) in events.enumerated() where Webhook.EventName(rawValue: event) == nil {
            let names = Webhook.EventName.allCases.map(\.rawValue)
            let nearest = names.min { Self.distance($0, event) < Self.distance($1, event) } ?? names[0]
            throw FieldError(
                "events[\(index)]",
                "there is no event '\(event)'; the nearest is '\(nearest)' of \(names.joined(separator: ", "))")
        }
        let identity = try RequestReading.identity(of: request, service: service) {
            RequestReading.canonical("webhooks", body)
        }
        let id = Webhook.ID(createdBy: identity.id)
        let outcome = try await service.webhooks.handle(
            .create(url: url, events: events), on: id.stream, as: identity)
        let object = Self.object(
            id: id.text, url: url, events: events, createdAt: (outcome.recordedAt ?? service.now()).rawValue,
            isDeleted: false)
        return .json(
            .object(object), status: .created,
            headers: [.logPosition: outcome.last.description, .location: "/api/v1/webhooks/\(id)"])
    }

    @Sendable private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let query = try QueryReader(request)
        let limit = try query.limit(maximum: 1000) ?? 100
        let offset = try query.offset()
        return try await service.answer(request, query: query) { snapshot in
            let webhooks = try snapshot.webhooks()
            let items = webhooks.dropFirst(offset).prefix(limit).map { webhook in
                JSONValue.object(
                    Self.object(
                        id: webhook.webhookID, url: webhook.url, events: webhook.events, createdAt: webhook.createdAt,
                        isDeleted: false))
            }
            let answer: JSONValue = ["webhooks": .array(Array(items)), "total": .count(webhooks.count)]
            return answer.encoded()
        }
    }

    @Sendable private func get(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let text = context.parameters.get("webhook_id") ?? ""
        let query = try QueryReader(request)
        return try await service.answer(request, query: query) { snapshot in
            guard let webhook = try snapshot.webhook(text) else { throw APIError.unknownWebhook(text) }
            return JSONValue.object(
                Self.object(
                    id: webhook.webhookID, url: webhook.url, events: webhook.events, createdAt: webhook.createdAt,
                    isDeleted: false)
            ).encoded()
        }
    }

    @Sendable private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let text = context.parameters.get("webhook_id") ?? ""
        guard let id = Webhook.ID(text) else { throw APIError.unknownWebhook(text) }
        let identity = try RequestReading.identity(of: request, service: service) {
            RequestReading.canonical("delete-webhook")
        }
        guard case .active(let url, let events) = try await service.webhooks.state(of: id.stream) else {
            throw APIError.unknownWebhook(text)
        }
        let created = try await service.store.events(in: id.stream, after: .none, limit: 1).first
        let outcome = try await service.webhooks.handle(.delete, on: id.stream, as: identity)
        let object = Self.object(
            id: text, url: url, events: events, createdAt: (created?.recordedAt ?? service.now()).rawValue,
            isDeleted: true)
        return .json(.object(object), headers: [.logPosition: outcome.last.description])
    }

    private static func object(
        id: String, url: String, events: [String], createdAt: Int64, isDeleted: Bool
    ) -> JSONObject {
        var object: JSONObject = ["webhook_id": .string(id), "url": .string(url), "events": .strings(events)]
        if isDeleted {
            object["status"] = "deleted"
        } else if url.lowercased().hasPrefix("mailto:") {
            object["status"] = "no_transport"
            object["message"] =
                "No mail server can be configured in this version, so that nothing is sent to this address."
        } else {
            object["status"] = "not_delivering"
            object["message"] = "This version records webhooks and does not deliver yet."
        }
        object["created_at"] = .time(createdAt)
        return object
    }

    /// `https`, `http` with a host, or `mailto` with an address.
    private static func check(_ text: String) throws(FieldError) {
        guard text.utf8.allSatisfy({ $0 > 32 && $0 != 127 }), let url = URLComponents(string: text),
            let scheme = url.scheme?.lowercased()
        else { throw FieldError("url", "must be an address such as https://example.com/hook or mailto:me@example.com") }
        switch scheme {
        case "http", "https":
            guard let host = url.host, !host.isEmpty else { throw FieldError("url", "names no host") }
        case "mailto":
            let parts = url.path.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw FieldError("url", "must name one mail address, such as mailto:me@example.com")
            }
        default: throw FieldError("url", "must begin with https://, http:// or mailto:, not \(scheme):")
        }
    }

    /// The number of edits between two names (Levenshtein).
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8.prefix(64))
        var row = Array(0...right.count)
        for (i, a) in left.utf8.prefix(64).enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = row[j + 1]
                row[j + 1] = next
            }
        }
        return row[right.count]
    }
}
