/// Tables as messages of Protocol Buffers, each with its length before it as a varint: what the program `pivot` reads, and any
/// program to which text is too slow. Columns of 64-bit numbers stand in memory as they stand in the messages.
///
/// ```proto
/// message Piece {
///   repeated Column columns = 1;              // in the first piece
///   uint32 row_count = 2;
///   repeated Cells cells = 3;                 // of each column, in the columns' order
/// }
/// message Column {
///   string name = 1;
///   uint32 kind = 2;                          // 1 text, 2 integer, 3 microseconds since 1970, 4 number
///   bool optional = 3;
/// }
/// message Cells {                             // without any field: no row has a cell
///   string text = 1;                          // the same in every row
///   repeated string texts = 2;
///   repeated sfixed64 integers = 3;           // packed
///   repeated double numbers = 4;              // packed
///   bytes present = 5;                        // a byte for each row, 1 when its cell is there; without it all are
/// }
/// ```
package struct MessageTableWriter: TableWriter {
    package static let contentType = "application/x-protobuf"

    private let columns: [TableColumn]

    package init(_ columns: [TableColumn]) { self.columns = columns }

    package mutating func begin(_ bytes: inout [UInt8]) {
        let piece = ProtobufWriter.message { piece in
            for column in columns {
                piece.message(1) { message in
                    message.text(1, column.name)
                    message.varint(2, UInt64(column.kind.rawValue))
                    if column.isOptional { message.varint(3, 1) }
                }
            }
        }
        Self.append(piece, to: &bytes)
    }

    package mutating func append(_ batch: TableBatch, to bytes: inout [UInt8]) {
        guard batch.rowCount > 0 else { return }
        let piece = ProtobufWriter.message { piece in
            piece.varint(2, UInt64(batch.rowCount))
            for cells in batch.columns { piece.message(3) { Self.write(cells, to: &$0) } }
        }
        Self.append(piece, to: &bytes)
    }

    package mutating func end(_ bytes: inout [UInt8]) {}

    private static func append(_ piece: [UInt8], to bytes: inout [UInt8]) {
        ProtobufWriter.append(UInt64(piece.count), to: &bytes)
        bytes += piece
    }

    private static func write(_ cells: TableBatch.Cells, to message: inout ProtobufWriter) {
        switch cells {
        case .text(let text): message.text(1, text)
        case .texts(let texts):
            for text in texts { message.text(2, text ?? "") }
            write(texts.contains(nil) ? texts.map { $0 != nil } : nil, to: &message)
        case .integers(let integers, let isPresent):
            message.packed(3, integers)
            write(isPresent, to: &message)
        case .numbers(let numbers, let isPresent):
            message.packed(4, numbers)
            write(isPresent, to: &message)
        case .absent: break
        }
    }

    private static func write(_ isPresent: [Bool]?, to message: inout ProtobufWriter) {
        guard let isPresent else { return }
        message.data(5, isPresent.map { $0 ? 1 : 0 })
    }
}
