/// Writes one JSON text by appending to an array of bytes; nothing is held back.
///
/// Commas and, when asked for, line breaks are its own business. The caller keeps the grammar: a key before each
/// member's value, an end for each begin.
package struct JSONWriter: Sendable {
    /// The bytes that were written so far.
    package private(set) var bytes: [UInt8]
    private let nonfinite: NonfiniteStyle
    private let pretty: Bool
    private var depth = 0
    private var needsComma = false
    private var followsKey = false

    /// A writer with nothing written.
    package init(nonfinite: NonfiniteStyle = .string, pretty: Bool = false, reservingCapacity capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
        self.nonfinite = nonfinite
        self.pretty = pretty
    }

    /// Opens an object.
    package mutating func beginObject() { begin(UInt8(ascii: "{")) }
    /// Closes the innermost object.
    package mutating func endObject() { end(UInt8(ascii: "}")) }
    /// Opens an array.
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }
    /// Closes the innermost array.
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    /// A member's key; its value comes next.
    package mutating func key(_ key: String) {
        separate()
        appendQuoted(key)
        finishKey()
    }

    /// A member's key that needs no escapes and is known while compiling.
    package mutating func key(_ key: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        finishKey()
    }

    /// A member's key that was quoted before.
    package mutating func key(_ key: QuotedKey) {
        separate()
        bytes.append(contentsOf: key.bytes)
        followsKey = true
        if pretty { bytes.append(UInt8(ascii: " ")) }
    }

    /// A member's key as it is written, for those that are written again and again.
    package struct QuotedKey: Sendable {
        /// The key in quotes, and a colon.
        fileprivate let bytes: [UInt8]

        package init(_ key: String) {
            var writer = JSONWriter()
            writer.key(key)
            bytes = writer.bytes
        }
    }

    /// A string value.
    package mutating func string(_ value: String) {
        separate()
        appendQuoted(value)
    }

    /// An integer value.
    package mutating func integer(_ value: Int64) {
        separate()
        appendDecimal(value)
    }

    /// An integer value.
    package mutating func integer(_ value: Int) { integer(Int64(value)) }

    /// An integer value of any size. The functions above are faster.
    package mutating func integer(_ value: some BinaryInteger) {
        separate()
        if let small = Int64(exactly: value) {
            appendDecimal(small)
        } else {
            append(String(value))
        }
    }

    /// A number: the fewest digits that read back to the same bits; NaN and infinities in the writer's style.
    package mutating func number(_ value: Double) {
        separate()
        guard value.isFinite else { return appendNonfinite(value) }
        append(value.description)
    }

    /// A number of single precision: the fewest digits that read back to the same 32 bits.
    package mutating func number(_ value: Float) {
        separate()
        guard value.isFinite else { return appendNonfinite(Double(value)) }
        append(value.description)
    }

    /// A truth value.
    package mutating func bool(_ value: Bool) {
        separate()
        append(value ? "true" : "false")
    }

    /// Null.
    package mutating func null() {
        separate()
        append("null")
    }

    /// A value that is JSON text already. It must be one whole value.
    package mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// A value that is JSON text already. It must be one whole value.
    package mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// Any JSON value.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .number(let value): number(value)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                key(member.key)
                self.value(member.value)
            }
            endObject()
        }
    }

    /// A line break between texts, for JSON lines; the next value starts without a comma.
    package mutating func newline() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// Forgets what was written, keeps the memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        depth = 0
        needsComma = false
        followsKey = false
    }

    /// Returns what was written since the last time and keeps none of it; the text goes on.
    package mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        depth += 1
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        depth -= 1
        if pretty && needsComma { breakLine() }
        bytes.append(bracket)
        needsComma = true
    }

    /// Writes what stands before a value or a key.
    private mutating func separate() {
        if followsKey {
            followsKey = false
            needsComma = true
            return
        }
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        if pretty && depth > 0 { breakLine() }
        needsComma = true
    }

    private mutating func finishKey() {
        bytes.append(UInt8(ascii: ":"))
        if pretty { bytes.append(UInt8(ascii: " ")) }
        followsKey = true
    }

    private mutating func breakLine() {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func appendNonfinite(_ value: Double) {
        let name = value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
        switch nonfinite {
        case .string: append("\"\(name)\"")
        case .null: append("null")
        case .token: append(name)
        }
    }

    private mutating func appendDecimal(_ value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        if rest < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                digits.initializeElement(at: start, to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
                rest = quotient
            } while rest != 0
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(digits)[start...]))
        }
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var plainStart = 0
            for position in utf8.indices {
                let byte = utf8[position]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: utf8[plainStart..<position])
                appendEscape(of: byte)
                plainStart = position + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[plainStart...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscape(of byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): bytes.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): bytes.append(UInt8(ascii: "t"))
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        default:
            append("u00")
            let digits: StaticString = "0123456789abcdef"
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        }
    }
}
