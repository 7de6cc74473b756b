import JSON
import Tracking

/// A JSON object on a line for each row; NaN and the infinities are strings, as everywhere in the API. A cell that is not there
/// is left out.
package struct JSONLinesWriter: TableWriter {
    private let columns: [TableColumn]

    package init(_ columns: [TableColumn]) { self.columns = columns }

    package mutating func begin(_ bytes: inout [UInt8]) {}

    package mutating func append(_ batch: TableBatch, to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + batch.rowCount * columns.count * 24)
        // The key of each column, and with it the cell when that is the same in every row.
        let keys = zip(columns, batch.columns).map { column, cells in
            var key = Self.quoted(column.name) + [UInt8(ascii: ":")]
            if case .text(let text) = cells { key += Self.quoted(text) }
            return key
        }
        for row in 0..<batch.rowCount {
            var separator = UInt8(ascii: "{")
            for place in columns.indices where Self.isPresent(batch.columns[place], row) {
                bytes.append(separator)
                separator = UInt8(ascii: ",")
                bytes += keys[place]
                switch batch.columns[place] {
                case .text, .absent: break
                case .texts(let texts): bytes += Self.quoted(texts[row] ?? "")
                case .integers(let integers, _):
                    if columns[place].kind == .time {
                        bytes.append(UInt8(ascii: "\""))
                        bytes += Timestamp(rawValue: integers[row]).description.utf8
                        bytes.append(UInt8(ascii: "\""))
                    } else {
                        DecimalText.append(integers[row], to: &bytes)
                    }
                case .numbers(let numbers, _): Self.append(numbers[row], to: &bytes)
                }
            }
            if separator == UInt8(ascii: "{") { bytes.append(separator) }
            bytes += "}\n".utf8
        }
    }

    package mutating func end(_ bytes: inout [UInt8]) {}

    private static func isPresent(_ cells: TableBatch.Cells, _ row: Int) -> Bool {
        switch cells {
        case .text: true
        case .texts(let texts): texts[row] != nil
        case .integers(_, let isPresent), .numbers(_, let isPresent): isPresent?[row] ?? true
        case .absent: false
        }
    }

    private static func append(_ number: Double, to bytes: inout [UInt8]) {
        if number.isFinite {
            bytes += number.description.utf8
        } else {
            bytes += (number.isNaN ? "\"NaN\"" : number > 0 ? "\"Infinity\"" : "\"-Infinity\"").utf8
        }
    }

    private static func quoted(_ text: String) -> [UInt8] { JSONValue.string(text).encoded() }
}
