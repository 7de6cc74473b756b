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
    /// The bytes after the tag: of a text its UTF-8, of several values the cells.
    let content: UnsafeRawBufferPointer
    /// The end of the cell.
    let end: UnsafeRawPointer

    /// The cell at `start`; nil when there is none before `limit`.
    @inline(__always)
    init?(at start: UnsafeRawPointer, before limit: UnsafeRawPointer) {
        guard start < limit, let tag = Cell.Tag(rawValue: start.load(as: UInt8.self)) else { return nil }
        self.tag = tag
        var content = start + 1
        switch tag {
        case .no, .yes, .longList: end = content
        case .number, .time: end = content + 8
        case .text, .longText:
            guard content + 2 <= limit else { return nil }
            content += 2
            end = content + Int(UInt16(littleEndian: (start + 1).loadUnaligned(as: UInt16.self)))
        case .list:
            guard content < limit else { return nil }
            content += 1
            var place = content
            for _ in 0..<(start + 1).load(as: UInt8.self) {
                guard let next = CellView.end(at: place, before: limit) else { return nil }
                place = next
            }
            end = place
        }
        guard end <= limit else { return nil }
        self.content = UnsafeRawBufferPointer(start: content, count: end - content)
    }

    /// The end of the cell at `start`, which is one of several values.
    private static func end(at start: UnsafeRawPointer, before limit: UnsafeRawPointer) -> UnsafeRawPointer? {
        guard start < limit, let tag = Cell.Tag(rawValue: start.load(as: UInt8.self)) else { return nil }
        switch tag {
        case .no, .yes: return start + 1
        case .number, .time: return start + 9
        case .text, .longText:
            guard start + 3 <= limit else { return nil }
            return start + 3 + Int(UInt16(littleEndian: (start + 1).loadUnaligned(as: UInt16.self)))
        case .list, .longList: return nil
        }
    }

    var number: Double { Double(bitPattern: UInt64(littleEndian: content.loadUnaligned(as: UInt64.self))) }
    var time: Int64 { Int64(littleEndian: content.loadUnaligned(as: Int64.self)) }

    /// Calls `body` with each of several values until it answers false.
    @inline(__always)
    func forEachInner(_ body: (CellView) -> Bool) {
        guard var place = content.baseAddress else { return }
        while let inner = CellView(at: place, before: end), body(inner) { place = inner.end }
    }

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
            var values: [SessionCondition.Literal]? = []
            forEachInner { inner in
                guard let value = inner.values else {
                    values = nil
                    return false
                }
                values?.append(contentsOf: value)
                return true
            }
            return values
        }
    }
}
