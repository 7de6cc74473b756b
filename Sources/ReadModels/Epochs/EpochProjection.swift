import LMDB
import SwiftProtobuf
import Tracking

/// Epoch records: one immutable row for each completed epoch.
enum EpochProjection: Projection {
    static let version = 1

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        guard case .session(.epochCompleted(let completed)) = event.body else { return }
        let record = EpochRecordDocument.with {
            $0.epoch = completed.epoch
            $0.time = event.record.time.rawValue
            $0.attempt = completed.attempt
            $0.step = completed.step
            $0.metrics = Metrics.sorted(completed.metrics)
            $0.position = event.position.rawValue
        }
        try rows.transaction.put(
            try record.rowBytes(rows.transaction.path),
            for: RowKey().appending(event.identity).appending(event.position.rawValue).bytes, in: rows.tables.epochs)
        for metric in record.metrics {
            let key = ListKeys.epochMetrics(of: event.identity).appending(metric.name).bytes
            guard try !rows.transaction.contains(key, in: rows.tables.indexes) else { continue }
            var name = RowKey()
            name.append(event.position.rawValue)
            try rows.transaction.put(name.bytes + Array(metric.name.utf8), for: key, in: rows.tables.indexes)
        }
    }
}
