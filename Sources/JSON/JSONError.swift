/// The reason that a JSON text was refused, and where.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of refusal.
    package enum Code: Equatable, Sendable {
        /// A byte that cannot stand where it stands, or bytes after the value.
        case unexpectedByte
        /// The text ends inside a value.
        case unexpectedEnd
        /// A string with invalid UTF-8, a control character, a bad escape or half a surrogate pair.
        case invalidString
        /// A number outside the range of a double, or of a 64-bit integer where one is asked for.
        case numberOutOfRange
        /// The same key twice in one object.
        case duplicateKey
        /// Deeper than the limit.
        case tooDeep
        /// Longer than the limit.
        case tooLarge
        /// A valid value of another kind than the one asked for.
        case wrongKind
    }

    /// The kind of refusal.
    package let code: Code
    /// One sentence that says what was found and what is allowed.
    package let message: String
    /// The offending byte, counted from 0.
    package let byteOffset: Int
    /// Its line, counted from 1.
    package let line: Int
    /// Its column in characters, counted from 1.
    package let column: Int

    /// An error at `byteOffset` of `bytes`; line and column are found by reading the text up to there.
    package init(_ code: Code, _ message: String, at byteOffset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        self.code = code
        self.message = message
        self.byteOffset = byteOffset
        var line = 1
        var column = 1
        for byte in bytes.prefix(byteOffset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }

    package var description: String { "\(message) (line \(line), column \(column))" }
}
