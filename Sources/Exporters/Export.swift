import Application
import ExportFormats
import Tracking

/// An export that has been found to be possible: its bytes can be made any number of times.
struct Export: Sendable {
    /// The position whose state is exported.
    let position: LogPosition
    private let query: ExportQuery
    private let source: Source

    private enum Source: Sendable {
        case points(PointCursor)
        case rows(RowCursor)
        case logdir(LogdirExport)
    }

    /// - Throws: What the session, the position or the freshness cannot be.
    init(_ query: ExportQuery, _ tracker: Tracker, asOf: LogPosition?, _ freshness: Queries.Freshness) async throws {
        self.query = query
        if case .tensorBoard = query.format {
            let logdir = try await LogdirExport(query, tracker, asOf: asOf, freshness)
            position = logdir.position
            source = .logdir(logdir)
        } else if query.isWide {
            let rows = try await tracker.queries.rows(
                of: query.session, names: query.names, allAttempts: query.allAttempts, asOf: asOf, freshness)
            position = rows.position
            source = .rows(rows)
        } else {
            let points = try await tracker.queries.points(
                of: query.session, names: query.names, allAttempts: query.allAttempts, asOf: asOf, freshness)
            position = points.position
            source = .points(points)
        }
    }

    /// Makes the bytes.
    func write(to sink: inout ExportSink) async throws {
        switch source {
        case .points(var cursor):
            try await write(PointTable.longColumns, to: &sink) {
                try await cursor.next().map { PointTable.rows($0.points, of: $0.metric, in: query.session.text) }
            }
        case .rows(var cursor):
            try await write(PointTable.wideColumns(of: cursor.metrics), to: &sink) {
                try await cursor.next().map { TableBatch($0, of: query.session.text) }
            }
        case .logdir(let logdir): try await logdir.write(to: &sink)
        }
    }

    private func write(
        _ columns: [TableColumn], to sink: inout ExportSink, next: () async throws -> TableBatch?
    ) async throws {
        guard var writer = query.writer(of: columns) else { return }
        var bytes: [UInt8] = []
        writer.begin(&bytes)
        while let batch = try await next() {
            try writer.append(batch, to: &bytes)
            try await sink.write(bytes)
            bytes.removeAll(keepingCapacity: true)
        }
        try writer.end(&bytes)
        try await sink.write(bytes)
    }
}

extension TableBatch {
    /// Rows of the wide form.
    init(_ rows: RowCursor.Rows, of session: String) {
        let isEpochs = rows.axis == .epoch
        let places: [Cells] = [
            .text(session), .text(isEpochs ? "epoch" : "step"), .integers(rows.attempts), .integers(rows.steps),
            isEpochs ? .integers(rows.epochs) : .absent, .integers(rows.times),
        ]
        self.init(
            rowCount: rows.count,
            places + zip(rows.values, rows.isPresent).map { .numbers($0, isPresent: $1.contains(false) ? $1 : nil) })
    }
}
