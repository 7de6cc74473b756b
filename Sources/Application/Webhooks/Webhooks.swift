package import EventLog
import ReadModels
import SwiftProtobuf
package import Tracking

/// Addresses that events are sent to.
package struct Webhooks: Sendable {
    /// The time for which a secret that was replaced goes on to sign beside the new one.
    package static let secretOverlap = Duration.seconds(24 * 3600)

    private let core: TrackerCore
    private let queries: Queries

    init(_ core: TrackerCore, queries: Queries) {
        self.core = core
        self.queries = queries
    }

    /// A webhook, and the secret that the command has set: not when the command was carried out before, under another secret
    /// perhaps.
    package struct Result: Sendable {
        package var webhook: WebhookDocument
        package var secret: [UInt8]?
    }

    private var post: WebhookPost { core.webhookPost }

    /// True when mail can be sent.
    package var canMail: Bool { post.canMail }

    /// True while deliveries are paused, until somebody resumes them.
    package var isPaused: Bool { post.pause.isPaused }

    /// Lets deliveries go on that a restore has paused; whether they were paused.
    package func resume() throws -> Bool { try post.pause.resume() }

    /// Creates the webhook whose id follows from the command's.
    ///
    /// - Parameter secret: What signs; nil for nothing.
    package func create(
        _ settings: WebhookSettings, secret: [UInt8]?, as identity: CommandIdentity
    ) async throws -> Written<Result> {
        try await check(settings.url)
        var settings = settings
        if let secret { settings.sealedSecret = try post.seal(secret) }
        let id = Webhook.ID(createdBy: identity.id)
        let outcome = try await core.webhooks.handle(.create(settings), on: id.stream, as: identity)
        return try await result(of: id, outcome, secret)
    }

    /// Changes the webhook. A secret that is replaced signs beside the new one for `secretOverlap`.
    package func change(
        _ text: String, _ changes: WebhookChanges, secret: [UInt8]?, as identity: CommandIdentity
    ) async throws -> Written<Result> {
        let id = try await id(text)
        if let url = changes.url { try await check(url) }
        var changes = changes
        if let secret {
            changes.sealedSecret = try post.seal(secret)
            changes.previousSecretUntil = core.now().advanced(by: Self.secretOverlap)
        }
        let outcome = try await core.webhooks.handle(.change(changes), on: id.stream, as: identity)
        return try await result(of: id, outcome, secret)
    }

    /// Ends the webhook; answers what it was.
    package func delete(_ text: String, as identity: CommandIdentity) async throws -> Written<WebhookDocument> {
        let id = try await id(text)
        let webhook = try await queries.webhook(text, .current).value
        let outcome = try await core.webhooks.handle(.delete, on: id.stream, as: identity)
        return Written(webhook, at: outcome.last)
    }

    /// Has everything after a place of the log told, also what was told before, under the same delivery ids.
    package func replay(
        _ text: String, after position: LogPosition, as identity: CommandIdentity
    ) async throws -> Written<WebhookDocument> {
        let id = try await id(text)
        let head = core.store.head
        guard position <= head else {
            throw TrackerError.invalid(field: "after", reason: "is beyond the log's head, which is at \(head)")
        }
        let outcome = try await core.webhooks.handle(
            .requestReplay(after: position, through: head), on: id.stream, as: identity)
        return Written(try await document(of: text, after: outcome.last), at: outcome.last)
    }

    /// Has one event told once more, under the same delivery id.
    package func redeliver(
        _ text: String, delivery: String, as identity: CommandIdentity
    ) async throws -> Written<DeliveryDocument> {
        let id = try await id(text)
        let known = try await queries.delivery(delivery, of: text, .current).value
        let outcome = try await core.webhooks.handle(
            .requestRedelivery(LogPosition(known.position)), on: id.stream, as: identity)
        return Written(try await queries.delivery(delivery, of: text, .after(outcome.last)).value, at: outcome.last)
    }

    /// Sends a message that says it is a test, now and once; nothing is recorded.
    package func test(_ text: String) async throws -> SendResult {
        let webhook = try await state(of: try await id(text))
        let session = SessionDocument.with {
            $0.sessionID = "sess_test"
            $0.name = "A test of this webhook"
            $0.status = Session.Status.completed.rawValue
            ($0.currentEpoch, $0.totalEpochs) = (1, 1)
            $0.createdAt = core.now().rawValue
        }
        let event = SessionEvent.completed(
            .with {
                ($0.attempt, $0.epoch, $0.step) = (1, 1, 1)
                $0.finalMetrics = [
                    .with {
                        $0.name = "loss"
                        $0.value = 0.5
                    }
                ]
            })
        let message = WebhookMessage(
            event, .trainingCompleted, at: .start, core.now(), session, to: try await id(text),
            server: await post.server())
        return await post.send(message, to: webhook)
    }

    /// What is sent of a delivery: its content type and body as they are made of the log; of mail, its text.
    package func content(
        of delivery: DeliveryDocument
    ) async throws -> (contentType: String, body: [UInt8])? {
        guard let id = Webhook.ID(delivery.webhookID),
            let message = try await message(to: id, at: LogPosition(delivery.position))
        else { return nil }
        let webhook = try await state(of: id)
        if webhook.settings.isMail { return ("text/plain; charset=utf-8", Array(message.mail(to: "").text.utf8)) }
        let (contentType, bytes) = message.body(webhook.settings.format)
        return (contentType, bytes)
    }

    /// The message about the event at a place of the log; nil when the event has no name, or its session is no longer there.
    package func message(
        to webhook: Webhook.ID, at position: LogPosition
    ) async throws -> WebhookMessage? {
        guard let record = try await core.store.event(at: position),
            let name = Webhook.EventName.byType[record.type]
        else { return nil }
        let server = await post.server()
        if record.stream.category == .alert, let alert = try AlertEvent(record).alert {
            let told = try await core.readWithoutLimit(asOf: position) { snapshot in
                try snapshot.alert(alert).map { document in
                    (document, try Session.ID(document.triggered.sessionID).flatMap { try snapshot.session($0) })
                }
            }
            return told.map { document, session in
                WebhookMessage(document, name, at: position, record.recordedAt, session, to: webhook, server: server)
            }
        }
        guard let session = Session.ID(record.stream.identity) else { return nil }
        let event = try SessionEvent(record)
        let isEnding = SessionEvent.endingTypes.contains(record.type)
        let isDrawn = isEnding ? try await state(of: webhook).settings.isMail : false
        let told = try await core.readWithoutLimit(asOf: position) { snapshot in
            try snapshot.session(session).map { document in
                (
                    document, isEnding ? try snapshot.latestMetrics(of: document).values : [],
                    isDrawn ? try Self.curves(of: document, session, snapshot) : []
                )
            }
        }
        guard let (document, latest, curves) = told else { return nil }
        var message = WebhookMessage(
            event, name, at: position, record.recordedAt, document, latest: latest, to: webhook, server: server)
        message.curves = curves
        return message
    }

    /// The losses of a session, or the metric that it monitors when it has none.
    private static func curves(
        of document: SessionDocument, _ session: Session.ID, _ snapshot: borrowing ReadModelSnapshot
    ) throws -> [WebhookMail.Curve] {
        let names = try snapshot.metricNames(of: session).map(\.name)
        var chosen = ["train_loss", "val_loss", "loss"].filter { names.contains($0) }
        if chosen.isEmpty { chosen = names.contains(document.monitor) ? [document.monitor] : Array(names.prefix(1)) }
        return try chosen.map { name in
            let history = try snapshot.history(
                MetricHistoryQuery(session: session, metric: name, axis: nil, maximumPoints: 400))
            let places = history.axis == .epoch ? history.epochs : history.steps
            return WebhookMail.Curve(name: name, points: zip(places, history.values).map { ($0, $1) })
        }
    }

    // MARK: - The webhook itself

    private func id(_ text: String) async throws -> Webhook.ID {
        guard let id = Webhook.ID(text), case .active = try await core.webhooks.state(of: id.stream) else {
            throw TrackerError.unknown(.webhook, text)
        }
        return id
    }

    private func state(of id: Webhook.ID) async throws -> WebhookState {
        guard case .active(let state) = try await core.webhooks.state(of: id.stream) else {
            throw TrackerError.unknown(.webhook, id.text)
        }
        return state
    }

    private func result(
        of id: Webhook.ID, _ outcome: CommandOutcome<WebhookDecider>, _ secret: [UInt8]?
    ) async throws -> Written<Result> {
        let webhook = try await document(of: id.text, after: outcome.last)
        return Written(Result(webhook: webhook, secret: outcome.isRepeat ? nil : secret), at: outcome.last)
    }

    private func document(of text: String, after position: LogPosition) async throws -> WebhookDocument {
        try await queries.webhook(text, .after(position)).value
    }

    private func check(_ url: String) async throws {
        if let fault = await post.fault(ofAddress: url) { throw TrackerError.invalid(field: "url", reason: fault) }
    }
}
