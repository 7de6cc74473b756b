/// Reads what `MessageTableWriter` writes, from bytes that come in pieces of any size.
package struct MessageTableReader: Sendable {
    /// The longest message that is taken; the writer's are far shorter.
    private static let maximumByteCount = 256 << 20

    /// The table's columns; none before the first message has come.
    package private(set) var columns: [TableColumn] = []
    private var rest: [UInt8] = []
    private var start = 0

    package init() {}

    /// True when the bytes so far end with a message, so that the table may end here.
    package var isComplete: Bool { start == rest.count && !columns.isEmpty }

    package mutating func add(_ bytes: [UInt8]) {
        if start > 0 {
            rest.removeFirst(start)
            start = 0
        }
        rest += bytes
    }

    /// The next rows; nil when the bytes so far hold no more whole ones.
    package mutating func next() throws(ExportError) -> TableBatch? {
        while true {
            var message = ProtobufReader(rest[start...])
            guard let length = try message.wholeVarint() else { return nil }
            guard length <= Self.maximumByteCount else { throw Self.malformed }
            let end = message.place + Int(length)
            guard end <= rest.count else { return nil }
            let piece = rest[message.place..<end]
            start = end
            guard !columns.isEmpty else {
                columns = try Self.columns(piece)
                continue
            }
            return try batch(piece)
        }
    }

    private static func columns(_ piece: ArraySlice<UInt8>) throws(ExportError) -> [TableColumn] {
        var columns: [TableColumn] = []
        var message = ProtobufReader(piece)
        while let field = try message.next() {
            guard case .data(1, let data) = field else { continue }
            var column = TableColumn("", .text)
            var fields = ProtobufReader(data)
            while let field = try fields.next() {
                switch field {
                case .data(1, let name): column.name = String(decoding: name, as: UTF8.self)
                case .number(2, let kind):
                    guard let kind = TableColumn.Kind(rawValue: UInt8(truncatingIfNeeded: kind)) else {
                        throw malformed
                    }
                    column.kind = kind
                case .number(3, let flag): column.isOptional = flag != 0
                default: break
                }
            }
            columns.append(column)
        }
        guard !columns.isEmpty else { throw malformed }
        return columns
    }

    private func batch(_ piece: ArraySlice<UInt8>) throws(ExportError) -> TableBatch {
        var batch = TableBatch(rowCount: 0, [])
        var message = ProtobufReader(piece)
        while let field = try message.next() {
            switch field {
            case .number(2, let count):
                guard count <= Self.maximumByteCount else { throw Self.malformed }
                batch.rowCount = Int(count)
            case .data(3, let data): batch.columns.append(try Self.cells(data, rowCount: batch.rowCount))
            default: break
            }
        }
        guard batch.columns.count == columns.count else { throw Self.malformed }
        return batch
    }

    private static func cells(_ data: ArraySlice<UInt8>, rowCount: Int) throws(ExportError) -> TableBatch.Cells {
        var cells = TableBatch.Cells.absent
        var texts: [String?] = []
        var isPresent: [Bool]?
        var message = ProtobufReader(data)
        while let field = try message.next() {
            switch field {
            case .data(1, let text): cells = .text(String(decoding: text, as: UTF8.self))
            case .data(2, let text): texts.append(String(decoding: text, as: UTF8.self))
            case .data(3, let packed): cells = .integers(try numbers(packed, rowCount))
            case .data(4, let packed): cells = .numbers(try numbers(packed, rowCount))
            case .data(5, let flags):
                guard flags.count == rowCount else { throw malformed }
                isPresent = flags.map { $0 != 0 }
            default: break
            }
        }
        switch cells {
        case .integers(let integers, _): return .integers(integers, isPresent: isPresent)
        case .numbers(let numbers, _): return .numbers(numbers, isPresent: isPresent)
        case .text: return cells
        case .texts, .absent:
            guard !texts.isEmpty else { return .absent }
            guard texts.count == rowCount else { throw malformed }
            if let isPresent { for row in texts.indices where !isPresent[row] { texts[row] = nil } }
            return .texts(texts)
        }
    }

    private static func numbers<Number: BitwiseCopyable>(
        _ packed: ArraySlice<UInt8>, _ count: Int
    ) throws(ExportError) -> [Number] {
        guard packed.count == count * MemoryLayout<Number>.stride else { throw malformed }
        return [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
            packed.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            initialized = count
        }
    }

    private static let malformed = ExportError(.malformed, "The table's messages are damaged or of another version.")
}
