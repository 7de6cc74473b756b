import LMDB
import Tracking

/// Readings of hosts, kept like the points of metrics: one series for each name, rank and host.
enum HostReadingProjection: Projection {
    static let version = 1

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        if let positions = event.redactedPositions(of: .hostReadings) {
            return try rows.redactReadings(of: event.identity, at: positions)
        }
        guard case .telemetry(.hostReadingsTaken(let taken)) = event.body else { return }
        var order: [String] = []
        var readings: [String: (times: [Int64], values: [Double])] = [:]
        for reading in taken.readings {
            if readings[reading.name] == nil { order.append(reading.name) }
            readings[reading.name, default: ([], [])].times.append(reading.time)
            readings[reading.name, default: ([], [])].values.append(reading.value)
        }
        for name in order {
            let (times, values) = readings[name, default: ([], [])]
            try rows.cache.series.append(
                steps: [Int64](repeating: 0, count: times.count), times: times, values: values,
                attempt: taken.attempt, position: event.position.rawValue,
                to: SeriesRow.readingKey(event.identity, name, rank: taken.rank, host: taken.host),
                {
                    SeriesRow(
                        number: $0, firstPosition: event.position.rawValue, rank: taken.rank, name: name,
                        host: taken.host)
                }, in: rows.transaction, rows.tables)
        }
    }
}
