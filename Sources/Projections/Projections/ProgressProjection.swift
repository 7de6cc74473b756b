import LMDB
import Tracking

/// Reports of progress within an epoch.
enum ProgressProjection: Projection {
    static let version = 1

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        guard case .telemetry(.progressReported(let progress)) = event.body else { return }
        try rows.transaction.put(
            ProgressRow.bytes(progress, at: event.record.time),
            for: DocumentKind.progress.key(event.identity).appending(event.position.rawValue).bytes,
            in: rows.tables.documents)
    }
}
