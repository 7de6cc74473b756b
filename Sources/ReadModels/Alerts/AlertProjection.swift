import LMDB
import SwiftProtobuf
import Tracking

/// Rules and alerts as they are.
enum AlertProjection: Projection {
    static let version = 1

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        switch event.body {
        case .alertRule(let body): try apply(body, event, to: rows)
        case .alert(let body): try apply(body, event, to: rows)
        default: return
        }
    }

    private static func apply(
        _ body: AlertRuleEvent, _ event: ProjectedEvent, to rows: borrowing RowWriter
    ) throws(LMDBError) {
        let key = DocumentKind.alertRule.key(event.identity)
        var document =
            try rows.transaction.version(of: key, through: event.position, in: rows.tables, as: AlertRuleDocument.self)
            ?? AlertRuleDocument.with { $0.ruleID = event.identity }
        switch body {
        case .created(let created):
            document.settings = created.settings
            document.createdAt = event.record.recordedAt.rawValue
            document.createdPosition = event.position.rawValue
            document.deleted = false
        case .changed(let changed): document.settings = changed.settings
        case .deleted: document.deleted = true
        }
        document.updatedAt = event.record.recordedAt.rawValue
        document.lastPosition = event.position.rawValue
        try rows.put(document, as: key, at: event.position)
    }

    private static func apply(
        _ body: AlertEvent, _ event: ProjectedEvent, to rows: borrowing RowWriter
    ) throws(LMDBError) {
        let text =
            switch body {
            case .triggered(let triggered): triggered.alertID
            case .acknowledged(let acknowledged): acknowledged.alertID
            case .resolved(let resolved): resolved.alertID
            }
        guard let id = Alert.ID(text) else { return }
        let key = DocumentKind.alert.key(id)
        var document =
            try rows.transaction.version(of: key, through: event.position, in: rows.tables, as: AlertDocument.self)
            ?? AlertDocument.with { $0.alertID = text }
        let before = document.status
        let time = event.record.time.rawValue
        switch body {
        case .triggered(let triggered):
            document.triggered = triggered
            document.triggeredAt = triggered.measuredAt
            document.status = Alert.Status.active.rawValue
        case .acknowledged(let acknowledged):
            document.status = Alert.Status.acknowledged.rawValue
            document.acknowledgedAt = time
            document.acknowledgedBy = acknowledged.by
            if !acknowledged.notes.isEmpty { document.notes = acknowledged.notes }
        case .resolved(let resolved):
            document.status = Alert.Status.resolved.rawValue
            document.resolvedAt = time
            document.resolution = resolved.reason
            document.resolvedBy = resolved.by
            if !resolved.notes.isEmpty { document.notes = resolved.notes }
            if resolved.hasValue_p { (document.lastValue, document.hasLastValue_p) = (resolved.value, true) }
        }
        document.lastPosition = event.position.rawValue
        try rows.put(document, as: key, at: event.position)
        try count(from: before, to: document.status, event, in: rows)
    }

    private static func count(
        from before: String, to after: String, _ event: ProjectedEvent, in rows: borrowing RowWriter
    ) throws(LMDBError) {
        guard before != after else { return }
        let key = DocumentKind.alertCounts.prefix
        var counts =
            try rows.transaction.version(
                of: key, through: event.position, in: rows.tables, as: AlertCountsDocument.self)
            ?? AlertCountsDocument()
        if before == Alert.Status.active.rawValue, counts.active > 0 { counts.active -= 1 }
        if before == Alert.Status.acknowledged.rawValue, counts.acknowledged > 0 { counts.acknowledged -= 1 }
        if after == Alert.Status.active.rawValue { counts.active += 1 }
        if after == Alert.Status.acknowledged.rawValue { counts.acknowledged += 1 }
        try rows.put(counts, as: key, at: event.position)
    }
}

extension DocumentKind {
    /// The beginning of the keys of one alert.
    func key(_ alert: Alert.ID) -> RowKey { prefix.appending(alert.position.rawValue).appending(alert.text) }
}
