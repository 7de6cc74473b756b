import Tracking

/// Comma-separated values as RFC 4180 has them, with LF: a heading and a line for each row.
///
/// Numbers have all their digits (the shortest text that reads back as the same double); NaN and the infinities are `NaN`,
/// `inf` and `-inf`, which pandas, polars and R read as such. A cell that is not there is empty.
package struct CSVWriter: TableWriter {
    private let columns: [TableColumn]

    package init(_ columns: [TableColumn]) { self.columns = columns }

    package mutating func begin(_ bytes: inout [UInt8]) {
        for (place, column) in columns.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += Self.field(column.name)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    package mutating func append(_ batch: TableBatch, to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + batch.rowCount * columns.count * 12)
        let constants = batch.columns.map { cells in
            if case .text(let text) = cells { Self.field(text) } else { [] as [UInt8] }
        }
        for row in 0..<batch.rowCount {
            for place in columns.indices {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                switch batch.columns[place] {
                case .text: bytes += constants[place]
                case .texts(let texts): if let text = texts[row] { bytes += Self.field(text) }
                case .integers(let integers, let isPresent):
                    guard isPresent?[row] ?? true else { continue }
                    if columns[place].kind == .time {
                        bytes += Timestamp(rawValue: integers[row]).description.utf8
                    } else {
                        DecimalText.append(integers[row], to: &bytes)
                    }
                case .numbers(let numbers, let isPresent):
                    guard isPresent?[row] ?? true else { continue }
                    DecimalText.append(numbers[row], to: &bytes)
                case .absent: break
                }
            }
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    package mutating func end(_ bytes: inout [UInt8]) {}

    /// The text as a field: in quotes when it must be.
    package static func field(_ text: String) -> [UInt8] {
        let isPlain = !text.utf8.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 10 || $0 == 13
        }
        return Array((isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\"").utf8)
    }
}
