/// A format in which tables are exported: bytes that depend on the columns and the rows, and on how these come in batches only
/// where a format says so.
///
/// A new format is a type of this kind and its place in `TableFormat`.
package protocol TableWriter: Sendable {
    init(_ columns: [TableColumn])
    /// Adds what comes before the first row. Called once, first.
    mutating func begin(_ bytes: inout [UInt8])
    /// Adds rows, or keeps them for later; the batch has the writer's columns.
    mutating func append(_ batch: TableBatch, to bytes: inout [UInt8]) throws(ExportError)
    /// Adds what comes after the last row. Called once, last.
    mutating func end(_ bytes: inout [UInt8]) throws(ExportError)
}

/// The formats of tables there are; the raw value is also the extension of their files.
package enum TableFormat: String, CaseIterable, Sendable {
    case csv, jsonl, parquet

    package var contentType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8; header=present"
        case .jsonl: "application/x-ndjson"
        case .parquet: "application/vnd.apache.parquet"
        }
    }

    package func writer(of columns: [TableColumn]) -> any TableWriter {
        switch self {
        case .csv: CSVWriter(columns)
        case .jsonl: JSONLinesWriter(columns)
        case .parquet: ParquetWriter(columns)
        }
    }
}
