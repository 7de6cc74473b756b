import LMDB
import SwiftProtobuf
import Tracking

/// Retention rules as they are.
enum RetentionProjection: Projection {
    static let version = 1

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        guard case .retention(let body) = event.body else { return }
        let key = DocumentKind.retentionRule.key(event.identity)
        let time = event.record.recordedAt.rawValue
        var document =
            try rows.transaction.version(
                of: key, through: event.position, in: rows.tables, as: RetentionRuleDocument.self)
            ?? RetentionRuleDocument.with { ($0.name, $0.deleted) = (event.identity, true) }
        switch body {
        case .ruleSet(let set):
            // One that was deleted begins anew.
            if document.deleted { document.createdAt = time }
            document.settings = set.settings
            document.deleted = false
        case .ruleDeleted: document.deleted = true
        }
        document.actor = event.record.actor
        document.updatedAt = time
        document.lastPosition = event.position.rawValue
        try rows.put(document, as: key, at: event.position)
    }
}
