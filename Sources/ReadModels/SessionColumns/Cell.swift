import Tracking

/// The values that a session has in a column, as the column's rows hold them.
///
/// A tag, then: nothing for false (0) and true (1); 8 bytes for a number (2, a double) and a time (3), little-endian; for a text
/// (4) two bytes of length and UTF-8; for the beginning of a longer text (5) the same; for several values (6) their count and
/// then each; nothing for more than fit (7). What 5 and 7 leave out is looked up in the session's document.
enum Cell {
    enum Tag: UInt8 {
        case no, yes, number, time, text, longText, list, longList
    }

    /// The most bytes that a cell keeps of a text, or takes for several values.
    static let longest = 1024

    /// The bytes of `values`; empty when there are none.
    static func bytes(of values: [SessionCondition.Literal]) -> [UInt8] {
        guard let first = values.first else { return [] }
        var bytes: [UInt8] = []
        guard values.count > 1 else {
            append(first, to: &bytes)
            return bytes
        }
        bytes = [Tag.list.rawValue, UInt8(clamping: values.count)]
        for value in values { append(value, to: &bytes) }
        guard values.count <= 255, bytes.count <= longest else { return [Tag.longList.rawValue] }
        return bytes
    }

    /// The bytes of a text.
    static func bytes(ofText text: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        appendText(text, to: &bytes)
        return bytes
    }

    private static func append(_ value: SessionCondition.Literal, to bytes: inout [UInt8]) {
        switch value {
        case .flag(let flag): bytes.append((flag ? Tag.yes : .no).rawValue)
        case .number(let number):
            bytes.append(Tag.number.rawValue)
            withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 }
        case .time(let time):
            bytes.append(Tag.time.rawValue)
            withUnsafeBytes(of: time.littleEndian) { bytes += $0 }
        case .text(let text): appendText(Array(text.utf8), to: &bytes)
        }
    }

    private static func appendText(_ text: [UInt8], to bytes: inout [UInt8]) {
        var kept = text.count
        if kept > longest {
            kept = longest
            // A character is not cut.
            while kept > 0, text[kept] & 0xC0 == 0x80 { kept -= 1 }
        }
        bytes.append((kept < text.count ? Tag.longText : .text).rawValue)
        withUnsafeBytes(of: UInt16(kept).littleEndian) { bytes += $0 }
        bytes += text[..<kept]
    }
}

/// A cell where it lies.
struct CellView {
    let tag: Cell.Tag
    /// What follows the tag: of a text its UTF-8, of several values the cells.
    let content: UnsafeRawBufferPointer
    let byteCount: Int

    /// The cell at the beginning of `bytes`; nil when there is none.
    init?(_ bytes: Slice<UnsafeRawBufferPointer>) {
        self.init(UnsafeRawBufferPointer(rebasing: bytes))
    }

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let tag = bytes.first.flatMap({ Cell.Tag(rawValue: $0) }) else { return nil }
        self.tag = tag
        let end: Int
        var start = 1
        switch tag {
        case .no, .yes, .longList: end = 1
        case .number, .time: end = 9
        case .text, .longText:
            guard bytes.count >= 3 else { return nil }
            start = 3
            end = 3 + Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt16.self)))
        case .list:
            guard bytes.count >= 2 else { return nil }
            start = 2
            var place = 2
            for _ in 0..<bytes[1] {
                guard place < bytes.count, let inner = CellView(bytes[place...]) else { return nil }
                place += inner.byteCount
            }
            end = place
        }
        guard bytes.count >= end else { return nil }
        content = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        byteCount = end
    }

    var number: Double { Double(bitPattern: UInt64(littleEndian: content.loadUnaligned(as: UInt64.self))) }
    var time: Int64 { Int64(littleEndian: content.loadUnaligned(as: Int64.self)) }

    /// The values; nil when the cell does not hold all of them.
    var values: [SessionCondition.Literal]? {
        switch tag {
        case .no: return [.flag(false)]
        case .yes: return [.flag(true)]
        case .number: return [.number(number)]
        case .time: return [.time(time)]
        case .text: return [.text(String(decoding: content, as: UTF8.self))]
        case .longText, .longList: return nil
        case .list:
            var values: [SessionCondition.Literal] = []
            var place = 0
            while place < content.count, let inner = CellView(content[place...]) {
                guard let value = inner.values else { return nil }
                values += value
                place += inner.byteCount
            }
            return values
        }
    }
}
