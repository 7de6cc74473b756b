import Application
import EventLog
import Logging
import ReadModels
import SwiftProtobuf
import Tracking

/// Tells one webhook what it asked to be told, until it is deleted or the server ends.
struct WebhookWorker: Sendable {
    /// The time from an event, or from the first attempt to tell it, after which it is given up.
    static let patience = Duration.seconds(24 * 3600)
    private static let pause = Duration.seconds(1)

    private let core: TrackerCore
    private let webhooks: Webhooks
    private let id: Webhook.ID
    /// The place of its creation in the log.
    private let beginning: LogPosition
    private let actor: String
    private let timing: DeliveryTiming
    private let logger: Logger

    init(
        _ core: TrackerCore, _ webhooks: Webhooks, _ id: Webhook.ID, beginning: LogPosition, actor: String,
        timing: DeliveryTiming, _ logger: Logger
    ) {
        self.core = core
        self.webhooks = webhooks
        self.id = id
        self.beginning = beginning
        self.actor = actor
        self.timing = timing
        self.logger = logger
    }

    /// A signal ends what is under way, which begins anew with the webhook as it is then.
    func run(_ signals: AsyncStream<Void>) async {
        while !Task.isCancelled {
            let isOver = await withTaskGroup(of: Bool.self) { group in
                group.addTask { await work() }
                group.addTask {
                    for await _ in signals { return false }
                    return true
                }
                let isOver = await group.next() ?? true
                group.cancelAll()
                return isOver
            }
            if isOver { return }
        }
    }

    /// Delivers until it is cancelled; true when the webhook is no longer there.
    private func work() async -> Bool {
        while !Task.isCancelled {
            do {
                try await core.webhookPost.pause.waitUntilResumed()
                guard case .active(let webhook) = try await core.webhooks.state(of: id.stream) else { return true }
                let isIdle = !webhook.settings.isEnabled || webhook.settings.isMail && !webhooks.canMail
                if isIdle {
                    try await timing.sleep(.seconds(3600))
                } else {
                    try await deliver(by: webhook)
                }
            } catch is CancellationError {
                return false
            } catch let error as StorageError where error.code == .cancelled || error.code == .closed {
                return false
            } catch {
                logger.warning(
                    "A delivery could not be made or recorded; trying again.",
                    metadata: ["webhook": "\(id)", "error": "\(error)"])
                try? await timing.sleep(Self.pause)
            }
        }
        return false
    }

    private func deliver(by webhook: WebhookState) async throws {
        for position in webhook.requested { try await repeatDelivery(of: position, webhook) }
        var subscription = Subscription(
            core.store, after: webhook.through ?? beginning, matching: .categories([.session, .alert]))
        let wanted = webhook.settings.wantedNames
        let condition = try webhook.settings.filter.isEmpty ? nil : SessionCondition(webhook.settings.filter)
        while let events = try await subscription.next() {
            var passed = Passed()
            for record in events {
                guard !record.isImported, let name = Webhook.EventName.byType[record.type], wanted.contains(name),
                    try await isIncluded(record, condition)
                else { continue }
                let isAsked = webhook.retry?.position == record.position || record.position <= webhook.replayedThrough
                guard isAsked || core.now().duration(since: record.recordedAt) <= Self.patience else {
                    passed.add(record, name)
                    continue
                }
                try await self.record(&passed, webhook)
                try await deliver(record, name)
            }
            try await self.record(&passed, webhook)
        }
        // The log is closed, or the work was cancelled.
        throw CancellationError()
    }

    /// Events that were too old to be told, such as those of the time without a mail server.
    private struct Passed {
        var count = 0
        var last: (record: RecordedEvent, name: Webhook.EventName)?

        mutating func add(_ record: RecordedEvent, _ name: Webhook.EventName) {
            count += 1
            last = (record, name)
        }
    }

    /// Records once that several events are given up.
    private func record(_ passed: inout Passed, _ webhook: WebhookState) async throws {
        guard let last = passed.last else { return }
        let count = passed.count
        passed = Passed()
        try await record(
            .with {
                $0.position = last.record.position.rawValue
                $0.event = last.name.rawValue
                $0.sessionID = last.record.sessionID
                $0.attempt = 1
                $0.outcome = "failed"
                $0.attemptedAt = core.now().rawValue
                $0.error =
                    (count == 1 ? "This event is" : "This event and \(count - 1) before it are")
                    + " more than a day old and not sent. Replay the webhook to send them."
            }, webhook)
    }

    /// True when the webhook is told of the event: its session meets the condition right after it, and people are to be
    /// notified of an alert.
    private func isIncluded(_ record: RecordedEvent, _ condition: SessionCondition?) async throws -> Bool {
        let alert = record.stream.category == .alert ? try AlertEvent(record).alert : nil
        guard condition != nil || alert != nil else { return true }
        return try await core.readWithoutLimit(asOf: record.position) { snapshot in
            if let alert {
                guard let document = try snapshot.alert(alert),
                    document.triggered.actions.contains(AlertRule.Action.notify.rawValue)
                else { return false }
            }
            guard let condition else { return true }
            guard let session = Session.ID(record.stream.identity), let document = try snapshot.session(session) else {
                return false
            }
            let names = condition.metricNames
            let metrics = names.isEmpty ? [] : try snapshot.metricSummaries(of: document)
            return condition.holds(of: document, Dictionary(uniqueKeysWithValues: metrics.map { ($0.name, $0) }))
        }
    }

    /// Tries until the event is delivered or given up.
    private func deliver(_ record: RecordedEvent, _ name: Webhook.EventName) async throws {
        while true {
            guard case .active(let webhook) = try await core.webhooks.state(of: id.stream) else {
                throw CancellationError()
            }
            let retry = webhook.retry.flatMap { $0.position == record.position ? $0 : nil }
            if let retry { try await wait(until: retry.nextAttemptAt) }
            var attempt = DeliveryAttempted.with {
                $0.position = record.position.rawValue
                $0.event = name.rawValue
                $0.sessionID = record.sessionID
                $0.attempt = (retry?.attempts ?? 0) + 1
            }
            let (firstAttemptAt, number) = (retry?.firstAttemptAt ?? core.now(), attempt.attempt)
            await send(&attempt, webhook) { result in
                let age = core.now().duration(since: firstAttemptAt)
                guard !result.isFinal, age < Self.patience else { return nil }
                let delay = RetrySchedule.delay(
                    afterAttempt: number, retryAfter: result.retryAfter, chance: timing.chance())
                return min(delay, Self.patience - age + .seconds(1))
            }
            try await self.record(attempt, webhook)
            guard attempt.outcome == "retrying" else { return }
        }
    }

    private func repeatDelivery(of position: LogPosition, _ webhook: WebhookState) async throws {
        let known = try await core.readWithoutLimit { try $0.delivery(of: id.text, at: position) }
        var attempt = DeliveryAttempted.with {
            $0.position = position.rawValue
            $0.event = known?.event ?? ""
            $0.sessionID = known?.sessionID ?? ""
            $0.attempt = (known?.attempts ?? 0) + 1
            $0.redelivery = true
        }
        await send(&attempt, webhook) { _ in nil }
        try await record(attempt, webhook)
    }

    /// Sends the event at the attempt's position and fills in what became of it.
    ///
    /// - Parameter delay: The time to the next attempt after a failure; nil when there is none.
    private func send(
        _ attempt: inout DeliveryAttempted, _ webhook: WebhookState, delay: (SendResult) -> Duration?
    ) async {
        let result: SendResult
        do {
            if let message = try await webhooks.message(to: id, at: LogPosition(attempt.position)) {
                result = await core.webhookPost.send(message, to: webhook)
            } else {
                result = SendResult(
                    duration: .zero, error: "The session was deleted, so that there is nothing to tell.", isFinal: true)
            }
        } catch {
            result = SendResult(duration: .zero, error: "What is to be told could not be read: \(error)")
        }
        attempt.attemptedAt = core.now().rawValue
        attempt.statusCode = result.statusCode ?? 0
        attempt.duration = Int64(result.duration / .microseconds(1))
        guard let error = result.error else {
            attempt.outcome = "delivered"
            return
        }
        attempt.error = String(error.prefix(1000))
        guard let delay = delay(result) else {
            attempt.outcome = "failed"
            return
        }
        attempt.outcome = "retrying"
        attempt.nextAttemptAt = core.now().advanced(by: delay).rawValue
    }

    private func record(_ attempt: DeliveryAttempted, _ webhook: WebhookState) async throws {
        try Task.checkCancellation()
        let identity = CommandIdentity(
            id: .fresh(), digest: Digest(hashing: []), actor: actor, mayBeRepeat: false)
        _ = try await core.webhooks.handle(
            .recordAttempt(attempt, replayCount: webhook.replayCount), on: id.stream, as: identity)
        if attempt.isGivenUp {
            logger.warning(
                "A webhook could not be told about an event, which is given up.",
                metadata: [
                    "webhook": "\(id)", "event": "\(attempt.event)", "session": "\(attempt.sessionID)",
                    "error": "\(attempt.error)",
                ])
        }
    }

    /// Waits in short pieces, so that a clock that is set neither holds up a delivery nor hurries it for long.
    private func wait(until time: Timestamp) async throws {
        while true {
            let rest = time.duration(since: core.now())
            guard rest > .zero else { return }
            try await timing.sleep(min(rest, .seconds(10)))
        }
    }
}

extension RecordedEvent {
    /// The session that it is about; empty for the server.
    fileprivate var sessionID: String { Session.ID(stream.identity)?.text ?? "" }
}
