import LMDB
import SwiftProtobuf
import Tracking

/// Webhooks: where they lead and what they are told.
enum WebhookProjection: Projection {
    static let version = 1

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
            document.createdAt = event.record.recordedAt.rawValue
            document.createdPosition = event.position.rawValue
            document.deleted = false
        case .deleted: document.deleted = true
        }
        document.lastPosition = event.position.rawValue
        try rows.put(document, as: key, at: event.position)
    }
}
