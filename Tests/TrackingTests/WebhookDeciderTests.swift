import SwiftProtobuf
import Testing
import Tracking

@Suite("The rules of webhooks")
struct WebhookDeciderTests {
    private static let settings = WebhookSettings(url: "https://a.example", events: ["training_*"])

    private static func attempt(_ position: UInt64, _ outcome: String, _ number: UInt32 = 1) -> WebhookDecider.Command {
        .recordAttempt(
            .with {
                ($0.position, $0.outcome, $0.attempt) = (position, outcome, number)
                ($0.attemptedAt, $0.nextAttemptAt) = (Int64(number) * 10, outcome == "retrying" ? 99 : 0)
            }, replayCount: 0)
    }

    /// The state after commands that are not refused.
    private static func state(_ commands: WebhookDecider.Command...) throws -> WebhookState {
        var state = WebhookDecider.initialState
        for command in [.create(settings)] + commands {
            for event in try WebhookDecider.decide(command, given: state) { WebhookDecider.evolve(&state, with: event) }
        }
        guard case .active(let webhook) = state else { throw WebhookDecider.Refusal.unknownWebhook }
        return webhook
    }

    @Test("how far it got, and what it tries again, follow from the attempts")
    func progress() throws {
        let waiting = try Self.state(
            Self.attempt(5, "delivered"), Self.attempt(9, "retrying"), Self.attempt(9, "retrying", 2))
        #expect(waiting.through == LogPosition(5))
        #expect(waiting.retry?.attempts == 2)
        #expect(waiting.retry?.firstAttemptAt == Timestamp(rawValue: 10))
        #expect(waiting.retry?.nextAttemptAt == Timestamp(rawValue: 99))
        let over = try Self.state(Self.attempt(9, "retrying"), Self.attempt(9, "failed", 2))
        #expect(over.through == LogPosition(9) && over.retry == nil)
    }

    @Test("a redelivery moves nothing, and a replay moves back")
    func again() throws {
        var redelivered = DeliveryAttempted.with { ($0.position, $0.outcome, $0.redelivery) = (3, "failed", true) }
        let asked = try Self.state(
            Self.attempt(5, "delivered"), .requestRedelivery(LogPosition(3)), .requestRedelivery(LogPosition(3)))
        #expect(asked.requested == [LogPosition(3)])
        let done = try Self.state(
            Self.attempt(5, "delivered"), .requestRedelivery(LogPosition(3)),
            .recordAttempt(redelivered, replayCount: 0))
        #expect(done.requested == [] && done.through == LogPosition(5))
        redelivered.redelivery = false
        let replayed = try Self.state(
            Self.attempt(5, "delivered"), .requestReplay(after: LogPosition(1), through: LogPosition(8)))
        #expect(replayed.through == LogPosition(1) && replayed.replayedThrough == LogPosition(8))
        // What was sent before the replay was asked for, and is recorded after it, does not undo it.
        let late = try Self.state(
            .requestReplay(after: LogPosition(1), through: LogPosition(8)), Self.attempt(7, "delivered"))
        #expect(late.through == LogPosition(1))
    }

    @Test("changes that change nothing are silent, and a secret keeps the one before")
    func changes() throws {
        var changes = WebhookChanges()
        changes.url = Self.settings.url
        let state = WebhookDecider.State.active(try Self.state())
        #expect(try WebhookDecider.decide(.change(changes), given: state) == [])
        changes.sealedSecret = [1]
        var next = WebhookChanges()
        (next.sealedSecret, next.previousSecretUntil) = ([2], Timestamp(rawValue: 7))
        let changed = try Self.state(.change(changes), .change(next))
        #expect(changed.settings.sealedSecret == [2] && changed.previousSecret == [1])
        #expect(changed.previousSecretUntil == Timestamp(rawValue: 7))
        #expect(
            changed.settings.wantedNames == [.trainingStarted, .trainingCompleted, .trainingFailed, .trainingStopped])
    }

    @Test("what is deleted takes nothing more")
    func deleted() throws {
        #expect(throws: WebhookDecider.Refusal.unknownWebhook) {
            try WebhookDecider.decide(Self.attempt(1, "delivered"), given: .deleted)
        }
        #expect(try WebhookDecider.decide(.delete, given: .deleted) == [])
    }
}
