import LMDB
import SwiftProtobuf
import Tracking

/// Sessions: the document, its cells in the table of sessions, and which was started last.
enum SessionProjection: Projection {
    static let version = 7

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        guard case .session(let body) = event.body else { return }
        var session = try rows.session(event.identity) ?? SessionDocument.with { $0.sessionID = event.identity }
        let parts = SessionFold.evolve(&session, with: body, recordedAs: event.record)
        try rows.put(session, for: event, changed: parts)
        if case .redacted(let redacted) = body { try rows.forgetEarlierVersions(redacted, of: event) }
        // One that started on another server is not the latest here.
        if case .startRequested = body, !event.record.isImported {
            try rows.transaction.put(
                Array(event.identity.utf8),
                for: DocumentKind.latestStarted.prefix.appending(event.position.rawValue).bytes,
                in: rows.tables.documents)
        }
    }
}
