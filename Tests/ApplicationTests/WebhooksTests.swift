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
            let first = try await webhooks.create(
                url: "http://b", events: ["training_failed"], as: TestTracker.command("b"))
            let head = test.store.head
            let again = try await webhooks.create(
                url: "http://b", events: ["training_failed"], as: TestTracker.command("b"))
            #expect(again.value.id == first.value.id && test.store.head == head)
            #expect(again.value.createdAt == test.clock.now)
            test.clock.advance(by: .seconds(5))
            let second = try await webhooks.create(url: "http://a", events: [], as: TestTracker.command("a"))
            #expect(
                try await test.tracker.queries.webhooks(.current).value.map(\.url) == ["http://b", "http://a"])

            let deleted = try await webhooks.delete(first.value.id, as: TestTracker.command("delete"))
            #expect(deleted.value.url == "http://b" && deleted.value.events == ["training_failed"])
            #expect(deleted.value.createdAt == first.value.createdAt)
            #expect(deleted.position == test.store.head)
            #expect(try await test.tracker.queries.webhooks(.current).value.map(\.webhookID) == [second.value.id])
            await expectError(.unknown(.webhook, first.value.id)) {
                _ = try await test.tracker.queries.webhook(first.value.id, .current)
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
