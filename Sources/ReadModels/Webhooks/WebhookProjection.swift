import LMDB
import SwiftProtobuf
import Tracking

/// Webhooks and their deliveries: where they lead, what they are told, and what became of it.
enum WebhookProjection: Projection {
    static let version = 2

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        guard case .webhook(let body) = event.body else { return }
        let key = DocumentKind.webhook.key(event.identity)
        var document =
            try rows.transaction.version(of: key, through: event.position, in: rows.tables, as: WebhookDocument.self)
            ?? WebhookDocument.with { $0.webhookID = event.identity }
        switch body {
        case .created(let created):
            document.url = created.url
            document.events = created.events
            document.format = created.format
            document.filter = created.filter
            document.signed = !created.sealedSecret.isEmpty
            document.createdAt = event.record.recordedAt.rawValue
            document.createdPosition = event.position.rawValue
            document.throughPosition = event.position.rawValue
            document.deleted = false
        case .changed(let changed):
            if changed.hasURL { document.url = changed.url }
            if !changed.events.isEmpty { document.events = changed.events }
            if changed.hasFormat { document.format = changed.format }
            if changed.hasFilter { document.filter = changed.filter }
            if changed.hasEnabled { document.disabled = !changed.enabled }
            if changed.hasSealedSecret { document.signed = !changed.sealedSecret.isEmpty }
        case .deliveryAttempted(let attempt):
            let delivery = try apply(attempt, of: event.identity, to: rows, at: event.position)
            document.add(attempt, delivery)
        case .redeliveryRequested(let request):
            let key = DocumentKind.delivery.key(event.identity).appending(request.position)
            let known = try rows.transaction.version(
                of: key, through: event.position, in: rows.tables, as: DeliveryDocument.self)
            if var delivery = known {
                delivery.status = "pending"
                try rows.put(delivery, as: key, at: event.position)
            }
        case .replayRequested(let replay):
            document.throughPosition = replay.after
            document.nextAttemptAt = 0
        case .deleted: document.deleted = true
        }
        document.lastPosition = event.position.rawValue
        try rows.put(document, as: key, at: event.position)
    }

    private static func apply(
        _ attempt: DeliveryAttempted, of webhook: String, to rows: borrowing RowWriter, at position: LogPosition
    ) throws(LMDBError) -> DeliveryDocument {
        let key = DocumentKind.delivery.key(webhook).appending(attempt.position)
        var delivery =
            try rows.transaction.version(of: key, through: position, in: rows.tables, as: DeliveryDocument.self)
            ?? DeliveryDocument.with {
                $0.webhookID = webhook
                $0.position = attempt.position
                $0.event = attempt.event
                $0.sessionID = attempt.sessionID
                $0.firstAttemptAt = attempt.attemptedAt
            }
        delivery.status = attempt.outcome
        delivery.attempts += 1
        delivery.statusCode = attempt.statusCode
        delivery.duration = attempt.duration
        delivery.error = attempt.error
        delivery.lastAttemptAt = attempt.attemptedAt
        delivery.nextAttemptAt = attempt.nextAttemptAt
        if attempt.outcome == "delivered" { delivery.deliveredAt = attempt.attemptedAt }
        try rows.put(delivery, as: key, at: position)
        return delivery
    }
}

extension WebhookDocument {
    fileprivate mutating func add(_ attempt: DeliveryAttempted, _ delivery: DeliveryDocument) {
        lastError = attempt.outcome == "delivered" ? "" : attempt.error
        lastAttemptAt = attempt.attemptedAt
        if attempt.outcome == "delivered" { deliveredCount += 1 }
        if attempt.outcome == "failed" { failedCount += 1 }
        guard !attempt.redelivery else { return }
        nextAttemptAt = attempt.nextAttemptAt
        if attempt.outcome != "retrying" { throughPosition = attempt.position }
    }
}
