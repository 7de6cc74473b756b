import API
import ExportFormats
import Tracking
import TrackingClient

/// Exports the points of sessions into one table.
struct PointTableExport {
    let client: APIClient
    let format: TableFormat
    let choice: PointChoice
    let isWide: Bool
    /// The past moment whose points are exported.
    var asOf: LogMoment?

    /// The bytes that are written at a time, at least.
    private static let pieceByteCount = 1 << 20

    /// Writes the table and returns its number of rows.
    func write(_ sessions: [String], to file: inout OutputFile, _ meter: inout ExportMeter) async throws -> Int {
        let columns = isWide ? PointTable.wideColumns(of: try await metrics(of: sessions)) : PointTable.longColumns
        var writer = format.writer(of: columns)
        var rowCount = 0
        var bytes: [UInt8] = []
        writer.begin(&bytes)
        for session in sessions {
            var rows = TableStream(try await client.export(session, choice.query(isWide: isWide, asOf: asOf)))
            while var batch = try await rows.next() {
                if isWide { batch = Self.batch(batch, from: rows.columns, as: columns) }
                try writer.append(batch, to: &bytes)
                rowCount += batch.rowCount
                meter.add(points: batch.rowCount)
                if bytes.count >= Self.pieceByteCount {
                    try file.write(bytes)
                    bytes.removeAll(keepingCapacity: true)
                }
            }
            meter.endSession()
        }
        try writer.end(&bytes)
        try file.write(bytes)
        return rowCount
    }

    /// The names of the metrics that are wanted and that one of the sessions has, in the order of their bytes.
    private func metrics(of sessions: [String]) async throws -> [String] {
        let patterns = choice.names
        var names: Set<String> = []
        for session in sessions {
            let known = try await client.metricNames(session, asOf: asOf).metrics.map(\.name)
            names.formUnion(known.filter { patterns.allow($0) })
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The cells of a session's columns in the places of those of the table.
    private static func batch(
        _ batch: TableBatch, from columns: [TableColumn], as target: [TableColumn]
    ) -> TableBatch {
        guard columns != target else { return batch }
        var cells: [TableColumn: TableBatch.Cells] = [:]
        for (column, cell) in zip(columns, batch.columns) { cells[column] = cell }
        return TableBatch(rowCount: batch.rowCount, target.map { cells[$0] ?? .absent })
    }
}
