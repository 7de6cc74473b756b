/// Reads a JSON text front to back without building values: for batches of metrics, where every allocation counts.
///
/// The caller's code is the grammar it expects:
///
///     try scanner.beginObject()
///     while let key = try scanner.nextKey() {
///         switch key {
///         case "step": step = try scanner.integer()
///         case "values":
///             try scanner.beginArray()
///             while try scanner.nextElement() { values.append(try scanner.number()) }
///         default: try scanner.skipValue()
///         }
///     }
///     try scanner.finish()
///
/// After `nextKey` and after each true `nextElement` exactly one value must be read or skipped. Repeated keys are not
/// noticed here. The memory must stay valid and unchanged as long as the scanner and its texts are used. Every
/// function throws `JSONError` on malformed text and on a value of another kind; after that the scanner is of no use.
package struct JSONScanner {
    /// The kinds of values.
    package enum Kind: Equatable, Sendable {
        case object, array, string, number, bool, null
    }

    let bytes: UnsafeBufferPointer<UInt8>
    /// The next byte to read.
    package internal(set) var byteOffset = 0
    private var depth = 0
    private let maximumDepth: Int
    /// True when the innermost object or array was just opened, so that no comma is due.
    private var isAtFirst = false
    /// True to read a number that is larger than any double as an infinity of its sign, as Python reads it; else it
    /// is refused.
    package var readsHugeNumbers = false

    /// A scanner at the start of `bytes`; throws when they are more than the limit.
    package init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
        self.bytes = bytes
        maximumDepth = limits.maximumDepth
        guard bytes.count <= limits.maximumByteCount else {
            throw JSONError(
                .tooLarge, "the text has \(bytes.count) bytes; at most \(limits.maximumByteCount) are allowed",
                at: 0, in: UnsafeBufferPointer(rebasing: bytes.prefix(0)))
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { byteOffset = 3 }
    }

    /// Scans `bytes` inside `body`, where the scanner's memory is valid.
    package static func scan<Result>(
        _ bytes: [UInt8], limits: JSONLimits = .default,
        _ body: (inout JSONScanner) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
            var scanner = try JSONScanner(buffer, limits: limits)
            return try body(&scanner)
        }
    }

    /// Tells the kind of the next value without reading it.
    package mutating func kind() throws(JSONError) -> Kind {
        switch try peek() {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "n"): .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "N"), UInt8(ascii: "I"): .number
        case let byte: throw unexpected(byte, instead: "a value")
        }
    }

    /// Reads the opening brace of an object.
    package mutating func beginObject() throws(JSONError) { try begin(UInt8(ascii: "{"), "an object") }

    /// Reads the next key and its colon, or the closing brace, for which it returns nil.
    package mutating func nextKey() throws(JSONError) -> JSONText? {
        guard try advance(closing: UInt8(ascii: "}")) else { return nil }
        let key = try text()
        guard try peek() == UInt8(ascii: ":") else { throw unexpected(try peek(), instead: "':' after a key") }
        byteOffset += 1
        return key
    }

    /// Reads the opening bracket of an array.
    package mutating func beginArray() throws(JSONError) { try begin(UInt8(ascii: "["), "an array") }

    /// Goes to the next element and returns true, or reads the closing bracket and returns false.
    package mutating func nextElement() throws(JSONError) -> Bool { try advance(closing: UInt8(ascii: "]")) }

    /// Reads a truth value.
    package mutating func bool() throws(JSONError) -> Bool {
        switch try peek() {
        case UInt8(ascii: "t"):
            try literal("true")
            return true
        case UInt8(ascii: "f"):
            try literal("false")
            return false
        default: throw try wrongKind("a boolean")
        }
    }

    /// Reads null and returns true; returns false and reads nothing when another value comes.
    package mutating func null() throws(JSONError) -> Bool {
        guard try peek() == UInt8(ascii: "n") else { return false }
        try literal("null")
        return true
    }

    /// Reads a string and copies it out.
    package mutating func string() throws(JSONError) -> String { try text().string }

    /// Reads a string without copying it.
    package mutating func text() throws(JSONError) -> JSONText {
        guard try peek() == UInt8(ascii: "\"") else { throw try wrongKind("a string") }
        return try scanText()
    }

    /// Reads any value and forgets it; it is checked all the same, except for repeated keys.
    package mutating func skipValue() throws(JSONError) {
        switch try kind() {
        case .object:
            try beginObject()
            while try nextKey() != nil { try skipValue() }
        case .array:
            try beginArray()
            while try nextElement() { try skipValue() }
        case .string: _ = try scanText()
        case .number: _ = try scanNumber()
        case .bool: _ = try bool()
        case .null: _ = try null()
        }
    }

    /// Reads any value into memory, refusing repeated keys.
    package mutating func value() throws(JSONError) -> JSONValue {
        switch try kind() {
        case .object: return try object()
        case .array:
            try beginArray()
            var elements: [JSONValue] = []
            while try nextElement() { elements.append(try value()) }
            return .array(elements)
        case .string: return .string(try scanText().string)
        case .number: return try scanNumber().value
        case .bool: return .bool(try bool())
        case .null:
            _ = try null()
            return .null
        }
    }

    /// The bytes that were read since the one at `offset`.
    package func text(from offset: Int) -> String { String(decoding: bytes[offset..<byteOffset], as: UTF8.self) }

    /// Checks that only whitespace is left.
    package mutating func finish() throws(JSONError) {
        skipWhitespace()
        guard byteOffset == bytes.count else {
            throw unexpected(bytes[byteOffset], instead: "the end, after the value")
        }
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        try beginObject()
        var object = JSONObject()
        while let key = try nextKey() {
            if object.isEmpty { object.reserveCapacity(4) }
            let name = key.string
            guard object.append(try value(), forKey: name) else {
                // Keys are compared as texts, so that two spellings of one letter are the same.
                let isSpelledAlike = object.keys.contains { $0.utf8.elementsEqual(name.utf8) }
                let words = isSpelledAlike ? "" : ", in two spellings of the same letters (composed and decomposed)"
                throw error(
                    .duplicateKey, "the key \"\(name)\" appears twice in one object\(words)", at: key.byteOffset - 1)
            }
        }
        return .object(object)
    }

    private mutating func begin(_ bracket: UInt8, _ name: StaticString) throws(JSONError) {
        guard try peek() == bracket else { throw try wrongKind(name) }
        guard depth < maximumDepth else {
            throw error(.tooDeep, "nested deeper than \(maximumDepth) levels", at: byteOffset)
        }
        byteOffset += 1
        depth += 1
        isAtFirst = true
    }

    /// Reads the comma before the next member and returns true, or reads `bracket` and returns false.
    private mutating func advance(closing bracket: UInt8) throws(JSONError) -> Bool {
        let byte = try peek()
        if byte == bracket {
            byteOffset += 1
            depth -= 1
            isAtFirst = false
            return false
        }
        if isAtFirst {
            isAtFirst = false
            return true
        }
        guard byte == UInt8(ascii: ",") else {
            throw unexpected(byte, instead: bracket == UInt8(ascii: "}") ? "',' or '}'" : "',' or ']'")
        }
        byteOffset += 1
        let next = try peek()
        guard next != bracket else { throw unexpected(next, instead: "a value after ','") }
        return true
    }

    private mutating func skipWhitespace() {
        while byteOffset < bytes.count {
            switch bytes[byteOffset] {
            case 0x20, 0x0A, 0x0D, 0x09: byteOffset += 1
            default: return
            }
        }
    }

    /// The next byte that is not whitespace.
    mutating func peek() throws(JSONError) -> UInt8 {
        if byteOffset < bytes.count, bytes[byteOffset] > 0x20 { return bytes[byteOffset] }
        skipWhitespace()
        guard byteOffset < bytes.count else { throw endOfText() }
        return bytes[byteOffset]
    }

    /// Reads exactly `word`, whose first byte was seen.
    mutating func literal(_ word: StaticString) throws(JSONError) {
        let count = word.utf8CodeUnitCount
        let rest = bytes[byteOffset...].prefix(count)
        guard word.withUTF8Buffer({ $0.elementsEqual(rest) }) else {
            let isCut = rest.count < count && word.withUTF8Buffer { $0.starts(with: rest) }
            throw isCut ? endOfText() : error(.unexpectedByte, "expected \(word)", at: byteOffset)
        }
        byteOffset += count
    }

    func error(_ code: JSONError.Code, _ message: String, at offset: Int) -> JSONError {
        JSONError(code, message, at: offset, in: bytes)
    }

    func endOfText() -> JSONError { error(.unexpectedEnd, "the text ends inside a value", at: bytes.count) }

    func unexpected(_ byte: UInt8, instead expected: String) -> JSONError {
        let found =
            (0x21...0x7E).contains(byte)
            ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(String(byte, radix: 16, uppercase: true))"
        return error(.unexpectedByte, "found \(found) where \(expected) is expected", at: byteOffset)
    }

    mutating func wrongKind(_ expected: StaticString) throws(JSONError) -> JSONError {
        let found =
            switch try kind() {
            case .object: "an object"
            case .array: "an array"
            case .string: "a string"
            case .number: "a number"
            case .bool: "a boolean"
            case .null: "null"
            }
        return error(.wrongKind, "found \(found) where \(expected) is expected", at: byteOffset)
    }
}
