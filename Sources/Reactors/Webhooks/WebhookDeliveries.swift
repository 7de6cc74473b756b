package import Application
package import EventLog
package import Logging
import ReadModels
package import Tracking

/// Tells webhooks what they asked to be told: each in the order of the log, at least once, and none waits for another.
///
/// How far a webhook got, and what it tries again when, are facts of its own stream. A delivery that was sent and not
/// recorded, since the server was killed between, is sent again under the same delivery id.
package struct WebhookDeliveries: Reactor {
    package let name = "webhook-deliveries"
    package let interest: EventFilter? = .categories([.webhook])
    package let types: Set<String>? = WebhookEvent.steeringTypes

    private let core: TrackerCore
    private let webhooks: Webhooks
    private let executor: any TaskExecutor
    private let timing: DeliveryTiming
    private let logger: Logger
    private let board = WebhookBoard()

    /// - Parameter executor: The threads on which webhooks are told: those of a burst should give way to whoever reports.
    package init(
        _ core: TrackerCore, webhooks: Webhooks, executor: any TaskExecutor, timing: DeliveryTiming = DeliveryTiming(),
        logger: Logger
    ) {
        self.core = core
        self.webhooks = webhooks
        self.executor = executor
        self.timing = timing
        self.logger = logger
    }

    package func begin(_ work: ReactorWork) async throws -> LogPosition {
        let (documents, position) = try await core.readWithoutLimit { (try $0.webhooks(), $0.position) }
        for document in documents {
            if let id = Webhook.ID(document.webhookID) { start(id, after: LogPosition(document.createdPosition), work) }
        }
        return position
    }

    package func react(to event: RecordedEvent, _ work: ReactorWork) async throws {
        guard let id = Webhook.ID(event.stream.identity) else { return }
        if case .created = try WebhookEvent(event) {
            start(id, after: event.position, work)
        } else {
            board.signal(id)
        }
    }

    private func start(_ id: Webhook.ID, after position: LogPosition, _ work: ReactorWork) {
        guard let signals = board.open(id) else { return }
        let worker = WebhookWorker(core, webhooks, id, beginning: position, actor: name, timing: timing, logger)
        work {
            await withTaskExecutorPreference(executor) { await worker.run(signals) }
            board.close(id)
        }
    }
}

extension WebhookEvent {
    /// The types of the events that people cause.
    fileprivate static let steeringTypes: Set<String> = [
        WebhookEvent.created(WebhookCreated()).type, WebhookEvent.changed(WebhookChanged()).type,
        WebhookEvent.deleted(WebhookDeleted()).type, WebhookEvent.redeliveryRequested(RedeliveryRequested()).type,
        WebhookEvent.replayRequested(ReplayRequested()).type,
    ]
}
