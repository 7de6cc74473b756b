import Application
import ExportFormats
import JSON
import REST

/// Histories as a row for each point: CSV with a heading, or an object on each line.
struct HistoryRows: Sendable {
    let answer: HistoryAnswer
    let isCSV: Bool
    let nonfinite: NonfiniteStyle

    func write(to writer: inout AnswerWriter) async throws {
        let columns = commonColumns
        if isCSV {
            let labels =
                answer.blocks.first.map { $0.labels.map(\.name) } ?? ["session_id", "session_name", "metric", "axis"]
            let names = labels + columns.map(\.singular)
            try await writer.write((names.joined(separator: ",") + "\n").utf8)
        }
        for block in answer.blocks {
            var cursor = try await answer.cursor(over: block)
            let head = head(of: block)
            // A column that others have and this one has not is empty in CSV, and left out of objects.
            let own = columns.map { block.columns.contains($0) ? $0 : nil }
            while let piece = try await cursor.next() {
                try await writer.write(rows(of: piece, own, columns, behind: head))
            }
        }
    }

    /// The columns that any block has, in a fixed order.
    private var commonColumns: [HistoryColumn] {
        var columns: [HistoryColumn] = []
        let order: [HistoryColumn] = [.attempts, .steps, .epochs, .times, .relativeTimes, .values, .smoothedValues]
        for column in order where answer.blocks.contains(where: { $0.columns.contains(column) }) {
            columns.append(column)
        }
        if columns.isEmpty { columns = answer.blocks.first?.columns ?? [.steps, .times, .values] }
        return columns
    }

    /// The beginning of every row of the block.
    private func head(of block: HistoryBlock) -> [UInt8] {
        var bytes: [UInt8] = []
        if isCSV {
            for label in block.labels {
                switch label.value {
                case .string(let text): bytes += CSVWriter.field(text)
                case .null: break
                default: bytes += CSVWriter.field(String(decoding: label.value.encoded(), as: UTF8.self))
                }
                bytes.append(UInt8(ascii: ","))
            }
            return bytes
        }
        var json = JSONWriter()
        json.beginObject()
        for label in block.labels {
            json.key(label.name == "metric" ? "metric_name" : label.name)
            json.value(label.value)
        }
        return json.bytes
    }

    private func rows(
        of piece: HistoryBlock.Piece, _ own: [HistoryColumn?], _ columns: [HistoryColumn], behind head: [UInt8]
    ) -> [UInt8] {
        let values = own.map { $0.map { piece.values(of: $0) } }
        let count = values.lazy.compactMap { $0?.count }.first ?? 0
        let word = isCSV ? nil : ColumnText.jsonWord(nonfinite)
        let names = columns.map { Array((",\"" + $0.singular + "\":").utf8) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * (head.count + 20 * values.count))
        for index in 0..<count {
            bytes += head
            for (number, column) in values.enumerated() {
                if isCSV {
                    if number > 0 { bytes.append(UInt8(ascii: ",")) }
                } else if column != nil {
                    bytes += names[number]
                }
                column?.append(index, to: &bytes, word)
            }
            if !isCSV { bytes.append(UInt8(ascii: "}")) }
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
