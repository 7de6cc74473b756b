/// Tables as Parquet (apache/parquet-format 2.10): flat columns, data pages of version 1, compressed by Zstandard at level 1.
///
/// ```
/// PAR1
/// row group: for each column a dictionary page (texts only) and a data page
/// …
/// FileMetaData   the columns, and where the row groups are
/// length         of the above, 32 bits, little-endian
/// PAR1
/// ```
/// Texts are UTF-8 in dictionaries, integers INT64, times INT64 as timestamps of microseconds in UTC, numbers DOUBLE with their
/// very bits. The bytes depend on the rows alone, not on how these come in batches.
package struct ParquetWriter: TableWriter {
    private let columns: [TableColumn]
    private var group: [ParquetColumn]
    private var groupRowCount = 0
    private var rowCount = 0
    private var offset = 0
    private var groups: [[UInt8]] = []

    /// The rows of a group: as many as have at most 16 Mi cells, so that what is kept before it is written has a bound.
    private let groupLimit: Int
    private static let maximumGroupRowCount = 128 << 10
    private static let maximumGroupCellCount = 16 << 20
    private static let magic = Array("PAR1".utf8)

    package init(_ columns: [TableColumn]) {
        self.columns = columns
        group = columns.map(ParquetColumn.init)
        groupLimit = min(Self.maximumGroupRowCount, max(Self.maximumGroupCellCount / max(columns.count, 1), 1024))
    }

    package mutating func begin(_ bytes: inout [UInt8]) {
        bytes += Self.magic
        offset = Self.magic.count
    }

    package mutating func append(_ batch: TableBatch, to bytes: inout [UInt8]) throws(ExportError) {
        var start = 0
        while start < batch.rowCount {
            let end = min(batch.rowCount, start + groupLimit - groupRowCount)
            for place in columns.indices { group[place].append(batch.columns[place], start..<end) }
            groupRowCount += end - start
            start = end
            if groupRowCount == groupLimit { try endGroup(&bytes) }
        }
    }

    package mutating func end(_ bytes: inout [UInt8]) throws(ExportError) {
        if groupRowCount > 0 { try endGroup(&bytes) }
        let footer = ThriftWriter.structure { file in
            file.integer(1, 2)
            file.structures(2, schema)
            file.integer64(3, rowCount)
            file.structures(4, groups)
            file.binary(6, "pivot (build 1)".utf8)
            // Every column is ordered as its type says.
            file.structures(
                7, columns.map { _ in ThriftWriter.structure { $0.structure(1) { _ in } } })
        }
        bytes += footer
        withUnsafeBytes(of: UInt32(footer.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes += Self.magic
    }

    private mutating func endGroup(_ bytes: inout [UInt8]) throws(ExportError) {
        let start = bytes.count
        let groupOffset = offset
        var chunks: [[UInt8]] = []
        var uncompressedByteCount = 0
        for column in group {
            let before = bytes.count
            let (chunk, byteCount) = try column.write(to: &bytes, at: offset)
            offset += bytes.count - before
            chunks.append(chunk)
            uncompressedByteCount += byteCount
        }
        groups.append(
            ThriftWriter.structure { group in
                group.structures(1, chunks)
                group.integer64(2, uncompressedByteCount)
                group.integer64(3, groupRowCount)
                group.integer64(5, groupOffset)
                group.integer64(6, bytes.count - start)
            })
        rowCount += groupRowCount
        groupRowCount = 0
        group = columns.map(ParquetColumn.init)
    }

    private var schema: [[UInt8]] {
        let root = ThriftWriter.structure { element in
            element.binary(4, "schema".utf8)
            element.integer(5, columns.count)
        }
        return [root]
            + columns.map { column in
                ThriftWriter.structure { element in
                    element.integer(1, column.kind.parquetType)
                    element.integer(3, column.isOptional ? 1 : 0)
                    element.binary(4, column.name.utf8)
                    switch column.kind {
                    case .text:
                        element.integer(6, 0)
                        element.structure(10) { $0.structure(1) { _ in } }
                    case .time:
                        element.integer(6, 10)
                        element.structure(10) { type in
                            type.structure(8) { timestamp in
                                timestamp.flag(1, true)
                                timestamp.structure(2) { $0.structure(2) { _ in } }
                            }
                        }
                    case .integer, .number: break
                    }
                }
            }
    }
}
