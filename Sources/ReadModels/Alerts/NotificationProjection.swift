import LMDB
import SwiftProtobuf
import Tracking

/// What people are notified of, as it follows from the log, with the marks that they set.
enum NotificationProjection: Projection {
    static let version = 1

    /// What happened so long before it was recorded is history, imported or sent late, and no news.
    private static let freshness = Duration.seconds(24 * 3600)

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        if case .notification(let body) = event.body { return try mark(body, event, in: rows) }
        guard !event.record.isImported, event.record.recordedAt.duration(since: event.record.time) < freshness,
            var document = try document(of: event, in: rows)
        else { return }
        document.position = event.position.rawValue
        document.createdAt = event.record.recordedAt.rawValue
        try rows.put(document, as: key(document.position), at: event.position)
        try changeMarks(event, in: rows) {
            $0.unread += 1
            $0.shown += 1
        }
    }

    private static func key(_ place: UInt64) -> RowKey { DocumentKind.notification.prefix.appending(place) }

    private static func document(
        of event: ProjectedEvent, in rows: borrowing RowWriter
    ) throws(LMDBError) -> NotificationDocument? {
        switch event.body {
        case .session(let body):
            guard let told = NotificationText(body) else { return nil }
            let session = try rows.session(event.identity)
            return .with {
                $0.type = "training"
                $0.priority = told.priority
                $0.event = told.event
                $0.message = "\"\(session?.name ?? event.identity)\" \(told.words)"
                $0.sessionID = event.identity
            }
        case .alert(.triggered(let alert)) where alert.actions.contains(AlertRule.Action.notify.rawValue):
            let session = alert.sessionID.isEmpty ? nil : try rows.session(alert.sessionID)
            return .with {
                $0.type = "alert"
                $0.priority = NotificationText.priority(ofSeverity: alert.severity)
                $0.event = Webhook.EventName.alertTriggered.rawValue
                $0.message = alert.ruleName + ": " + (session.map { "\"\($0.name)\": " } ?? "") + alert.message
                $0.sessionID = alert.sessionID
                $0.alertID = alert.alertID
            }
        case .webhook(.deliveryAttempted(let attempt)) where attempt.isGivenUp:
            let webhook = try rows.transaction.version(
                of: DocumentKind.webhook.key(event.identity), through: event.position, in: rows.tables,
                as: WebhookDocument.self)
            return .with {
                $0.type = "system"
                $0.priority = "high"
                $0.event = "delivery_failed"
                $0.message =
                    "The webhook to \(webhook?.url ?? event.identity) was not told of \(attempt.event): \(attempt.error)"
                $0.sessionID = attempt.sessionID
                $0.webhookID = event.identity
            }
        default: return nil
        }
    }

    // MARK: - Marks

    private static func mark(
        _ body: NotificationEvent, _ event: ProjectedEvent, in rows: borrowing RowWriter
    ) throws(LMDBError) {
        switch body {
        case .read(let read): try change(read.positions, event, in: rows) { $0.read = true }
        case .allRead(let all):
            let unread = try count(after: all.through, event, in: rows) { !$0.read }
            try changeMarks(event, in: rows) {
                $0.readThrough = max($0.readThrough, all.through)
                $0.unread = unread
            }
        case .cleared(let cleared):
            try change(cleared.positions, event, in: rows) { ($0.read, $0.cleared) = (true, true) }
            guard cleared.through > 0 else { return }
            let marks = try rows.transaction.notificationMarks(through: event.position, in: rows.tables)
            let shown = try count(after: cleared.through, event, in: rows) { _ in true }
            let unread = try count(after: max(cleared.through, marks.readThrough), event, in: rows) { !$0.read }
            try changeMarks(event, in: rows) {
                $0.clearedThrough = max($0.clearedThrough, cleared.through)
                ($0.shown, $0.unread) = (shown, unread)
            }
        }
    }

    /// Changes single notifications.
    private static func change(
        _ places: [UInt64], _ event: ProjectedEvent, in rows: borrowing RowWriter,
        _ body: (inout NotificationDocument) -> Void
    ) throws(LMDBError) {
        var marks = try rows.transaction.notificationMarks(through: event.position, in: rows.tables)
        let before = marks
        for place in Set(places) where place > marks.clearedThrough {
            let known = try rows.transaction.version(
                of: key(place), through: event.position, in: rows.tables, as: NotificationDocument.self)
            guard let known, !known.cleared else { continue }
            var changed = known
            body(&changed)
            if !known.marked(marks).read, changed.read { marks.unread -= min(1, marks.unread) }
            if changed.cleared { marks.shown -= min(1, marks.shown) }
            if changed != known { try rows.put(changed, as: key(place), at: event.position) }
        }
        if marks != before { try rows.put(marks, as: DocumentKind.notificationMarks.prefix, at: event.position) }
    }

    /// The notifications after a place that are not cleared and meet `condition`.
    private static func count(
        after place: UInt64, _ event: ProjectedEvent, in rows: borrowing RowWriter,
        where condition: (NotificationDocument) -> Bool
    ) throws(LMDBError) -> UInt64 {
        var count: UInt64 = 0
        try rows.transaction.forEachNewest(
            of: DocumentKind.notification.prefix, through: event.position, in: rows.tables,
            as: NotificationDocument.self
        ) { position, document in
            guard position > place else { return .stop }
            if !document.cleared, condition(document) { count += 1 }
            return .next
        }
        return count
    }

    private static func changeMarks(
        _ event: ProjectedEvent, in rows: borrowing RowWriter, _ body: (inout NotificationMarksDocument) -> Void
    ) throws(LMDBError) {
        var marks = try rows.transaction.notificationMarks(through: event.position, in: rows.tables)
        body(&marks)
        try rows.put(marks, as: DocumentKind.notificationMarks.prefix, at: event.position)
    }
}

extension NotificationDocument {
    /// The document with what holds for many.
    func marked(_ marks: NotificationMarksDocument) -> NotificationDocument {
        guard !read, position <= marks.readThrough else { return self }
        var document = self
        document.read = true
        return document
    }
}

extension Transaction where Self: ~Copyable {
    func notificationMarks(
        through position: LogPosition, in tables: Tables
    ) throws(LMDBError) -> NotificationMarksDocument {
        try version(
            of: DocumentKind.notificationMarks.prefix, through: position, in: tables,
            as: NotificationMarksDocument.self) ?? NotificationMarksDocument()
    }
}
