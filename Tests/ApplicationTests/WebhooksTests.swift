import Application
import EventLog
import Testing
import TrackerTesting
import Tracking

@Suite("Webhooks of the tracker")
struct WebhooksTests {
    @Test("a webhook is created once, listed in the order of creation, and gone once it is deleted")
    func life() async throws {
        try await TestTracker.run { test in
            let webhooks = test.tracker.webhooks
            let settings = WebhookSettings(url: "http://b", events: ["training_failed"])
            let first = try await webhooks.create(settings, secret: [1], as: TestTracker.command("b"))
            let head = test.store.head
            let again = try await webhooks.create(settings, secret: [2], as: TestTracker.command("b"))
            let id = first.value.webhook.webhookID
            #expect(again.value.webhook.webhookID == id && test.store.head == head)
            #expect(again.value.webhook.createdAt == test.clock.now.rawValue)
            #expect(first.value.secret == [1] && again.value.secret == nil)
            test.clock.advance(by: .seconds(5))
            let second = try await webhooks.create(
                WebhookSettings(url: "http://a", events: []), secret: nil, as: TestTracker.command("a"))
            #expect(
                try await test.tracker.queries.webhooks(.current).value.map(\.url) == ["http://b", "http://a"])

            let deleted = try await webhooks.delete(id, as: TestTracker.command("delete"))
            #expect(deleted.value.url == "http://b" && deleted.value.events == ["training_failed"])
            #expect(deleted.value.createdAt == first.value.webhook.createdAt)
            #expect(deleted.position == test.store.head)
            #expect(
                try await test.tracker.queries.webhooks(.current).value.map(\.webhookID) == [
                    second.value.webhook.webhookID
                ])
            await expectError(.unknown(.webhook, id)) {
                _ = try await test.tracker.queries.webhook(id, .current)
            }
        }
    }

    @Test("what is no webhook is not deleted", arguments: ["webhook_none", "nonsense", ""])
    func unknown(id: String) async throws {
        try await TestTracker.run { test in
            await expectError(.unknown(.webhook, id)) {
                _ = try await test.tracker.webhooks.delete(id, as: TestTracker.command("delete"))
            }
            #expect(test.store.head == .start)
        }
    }
}
