package import EventLog
package import Tracking

/// Addresses that events are sent to.
package struct Webhooks: Sendable {
    private let core: TrackerCore

    init(_ core: TrackerCore) { self.core = core }

    /// A webhook, as far as its commands know it.
    package struct View: Sendable {
        package var id: String
        package var url: String
        package var events: [String]
        package var createdAt: Timestamp

        package init(id: String, url: String, events: [String], createdAt: Timestamp) {
            self.id = id
            self.url = url
            self.events = events
            self.createdAt = createdAt
        }
    }

    /// Creates the webhook whose id follows from the command's.
    package func create(
        url: String, events: [String], as identity: CommandIdentity
    ) async throws -> Written<View> {
        let id = Webhook.ID(createdBy: identity.id)
        let outcome = try await core.webhooks.handle(.create(url: url, events: events), on: id.stream, as: identity)
        return Written(
            View(id: id.text, url: url, events: events, createdAt: outcome.recordedAt ?? core.now()), at: outcome.last)
    }

    /// Ends the webhook; answers what it was.
    package func delete(_ text: String, as identity: CommandIdentity) async throws -> Written<View> {
        guard let id = Webhook.ID(text),
            case .active(let url, let events) = try await core.webhooks.state(of: id.stream),
            let created = try await core.store.events(in: id.stream, after: .none, limit: 1).first
        else { throw TrackerError.unknown(.webhook, text) }
        let outcome = try await core.webhooks.handle(.delete, on: id.stream, as: identity)
        return Written(
            View(id: id.text, url: url, events: events, createdAt: created.recordedAt), at: outcome.last)
    }
}
