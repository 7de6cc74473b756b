import LMDB
import SwiftProtobuf
import Tracking

/// Sessions: the document, what lists need, and which was started last.
enum SessionProjection: Projection {
    static let version = 2

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        guard case .session(let body) = event.body else { return }
        var session = try rows.session(event.identity) ?? SessionDocument.with { $0.sessionID = event.identity }
        let changes = SessionFold.evolve(&session, with: body, recordedAs: event.record)
        if case .attemptStarted = body {
            let last = try rows.transaction.epochRecords(
                of: session, through: event.position, latest: 1, allAttempts: false, in: rows.tables)
            session.latestMetrics = last.first?.metrics ?? []
        }
        try rows.put(session, for: event, settingsChanged: changes == .settings)
        if case .startRequested = body {
            try rows.transaction.put(
                Array(event.identity.utf8),
                for: DocumentKind.latestStarted.prefix.appending(event.position.rawValue).bytes,
                in: rows.tables.documents)
        }
    }
}
