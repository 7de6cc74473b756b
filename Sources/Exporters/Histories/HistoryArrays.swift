import Application
import JSON
import REST

/// Histories as an archive of numpy arrays: the columns of all series one behind the other, and `offsets`, of which series *i*
/// has the elements from `offsets[i]` to before `offsets[i + 1]`.
struct HistoryArrays: Sendable {
    let answer: HistoryAnswer

    func write(to writer: inout AnswerWriter) async throws {
        var offsets: [Int64] = [0]
        for block in answer.blocks { offsets.append((offsets.last ?? 0) + Int64(try await count(of: block))) }
        var archive = ArrayArchive()
        let names =
            answer.blocks.first.map { $0.labels.map(\.name) } ?? ["session_id", "session_name", "metric", "axis"]
        for (index, name) in names.enumerated() {
            let texts = answer.blocks.map { $0.labels[index].value.text }
            try await archive.add(name == "axis" ? "axes" : name + "s", texts, to: &writer)
        }
        try await archive.add("offsets", offsets, to: &writer)
        for column in columns {
            let count = Int(offsets.last ?? 0)
            try await archive.begin(
                column.plural, column.isInteger ? .integer : .number, count: count, to: &writer)
            for (index, block) in answer.blocks.enumerated() {
                let missing = Int(offsets[index + 1] - offsets[index])
                guard block.columns.contains(column) else {
                    // Epochs of points by step: there is no whole number for none.
                    try await archive.append(
                        ArrayArchive.bytes(of: Array(repeating: Int64(-1), count: missing)), to: &writer)
                    continue
                }
                var cursor = try await answer.cursor(over: block).reading(column)
                while let piece = try await cursor.next() {
                    try await archive.append(piece.values(of: column).bytes(asIntegers: column.isInteger), to: &writer)
                }
            }
        }
        try await archive.finish(to: &writer)
    }

    /// Every column that a block has.
    private var columns: [HistoryColumn] {
        var columns: [HistoryColumn] = []
        for block in answer.blocks {
            for column in block.columns where !columns.contains(column) { columns.append(column) }
        }
        return columns.isEmpty ? [.steps, .values, .times] : columns
    }

    private func count(of block: HistoryBlock) async throws -> Int {
        var cursor = try await answer.cursor(over: block)
        if let extent = cursor.extent, !extent.isSampled { return extent.pointCount }
        var count = 0
        while let piece = try await cursor.next() { count += piece.values(of: block.columns[0]).count }
        return count
    }
}

extension ColumnValues {
    fileprivate func bytes(asIntegers isInteger: Bool) -> [UInt8] {
        switch self {
        case .integers(let values):
            isInteger ? ArrayArchive.bytes(of: values) : ArrayArchive.bytes(of: values.map { Double($0) })
        case .microseconds(let values): ArrayArchive.bytes(of: values.map { Double($0) / 1e6 })
        case .numbers(let values): ArrayArchive.bytes(of: values)
        }
    }
}

extension JSONValue {
    /// The value as a text of its own; empty for null.
    fileprivate var text: String {
        switch self {
        case .string(let text): text
        case .null: ""
        default: String(decoding: encoded(), as: UTF8.self)
        }
    }
}
