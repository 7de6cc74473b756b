import API
import ExportFormats
import JSON
import Tracking
import TrackingClient

/// Exports sessions themselves into one table, a row for each: what they are, their parameters as `params.<name>` and their final
/// metrics as `metrics.<name>`; of a session that has not ended, the latest ones.
///
/// A parameter is a number when it is one in every session that has it, else a text.
struct SessionTableExport {
    let client: APIClient
    let format: TableFormat
    /// The past moment whose sessions are exported.
    var asOf: LogMoment?

    private static let columns: [TableColumn] = [
        TableColumn("session_id", .text), TableColumn("name", .text), TableColumn("status", .text),
        TableColumn("experiment", .text, isOptional: true), TableColumn("group", .text, isOptional: true),
        TableColumn("tags", .text), TableColumn("notes", .text, isOptional: true),
        TableColumn("created_at", .time), TableColumn("started_at", .time, isOptional: true),
        TableColumn("completed_at", .time, isOptional: true), TableColumn("epochs", .integer),
        TableColumn("steps", .integer), TableColumn("attempts", .integer),
    ]

    /// Writes the table and returns its number of rows.
    func write(_ ids: [String], to file: inout OutputFile, _ meter: inout ExportMeter) async throws -> Int {
        var sessions: [SessionInfo] = []
        for id in ids {
            sessions.append(try await client.session(id, asOf: asOf))
            meter.endSession()
        }
        var columns = Self.columns
        var cells: [TableBatch.Cells] = [
            .texts(sessions.map(\.id)), .texts(sessions.map(\.name)), .texts(sessions.map(\.status.rawValue)),
            .texts(sessions.map(\.experiment)), .texts(sessions.map(\.group)),
            .texts(sessions.map { $0.tags.joined(separator: ";") }), .texts(sessions.map(\.notes)),
            Self.integers(sessions.map(\.createdAt.rawValue)), Self.integers(sessions.map(\.startedAt?.rawValue)),
            Self.integers(sessions.map(\.completedAt?.rawValue)),
            Self.integers(sessions.map { Int64($0.currentEpoch) }),
            Self.integers(sessions.map { Int64($0.currentStep) }), Self.integers(sessions.map { Int64($0.attempt) }),
        ]
        for name in Self.names(sessions.map { $0.params.keys }) {
            let values = sessions.map { $0.params[name] }
            let numbers = values.map { $0?.doubleValue }
            let isNumber = zip(values, numbers).allSatisfy { $0 == nil || $1 != nil }
            columns.append(TableColumn("params." + name, isNumber ? .number : .text, isOptional: true))
            cells.append(isNumber ? Self.numbers(numbers) : .texts(values.map { $0.map(Self.text) }))
        }
        let metrics = sessions.map { session in
            let values = session.finalMetrics.isEmpty ? session.latestMetrics : session.finalMetrics
            return Dictionary(values.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        }
        for name in Self.names(metrics.map { Array($0.keys) }) {
            columns.append(TableColumn("metrics." + name, .number, isOptional: true))
            cells.append(Self.numbers(metrics.map { $0[name] }))
        }
        var writer = format.writer(of: columns)
        var bytes: [UInt8] = []
        writer.begin(&bytes)
        try writer.append(TableBatch(rowCount: sessions.count, cells), to: &bytes)
        try writer.end(&bytes)
        try file.write(bytes)
        return sessions.count
    }

    private static func names(_ lists: [[String]]) -> [String] {
        Set(lists.joined()).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func integers(_ values: [Int64?]) -> TableBatch.Cells {
        .integers(values.map { $0 ?? 0 }, isPresent: values.contains(nil) ? values.map { $0 != nil } : nil)
    }

    private static func numbers(_ values: [Double?]) -> TableBatch.Cells {
        .numbers(values.map { $0 ?? 0 }, isPresent: values.contains(nil) ? values.map { $0 != nil } : nil)
    }

    private static func text(_ value: JSONValue) -> String {
        value.stringValue ?? String(decoding: value.encoded(), as: UTF8.self)
    }
}
