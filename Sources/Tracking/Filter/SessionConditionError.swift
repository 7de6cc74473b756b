/// The reason that a text of the filter language was refused, and where. Two errors are equal when code and place are.
package struct SessionConditionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of refusal.
    package enum Code: Equatable, Sendable {
        /// A character or word that cannot stand where it stands.
        case unexpected
        /// The text ends where something must follow.
        case unexpectedEnd
        /// A string without its closing quote.
        case openString
        case unknownField
        /// A literal of a kind that the field is not compared with.
        case unsuitableValue
        case tooLong
        case tooDeep
    }

    package let code: Code
    /// One sentence that says what was found and what is allowed.
    package let message: String
    /// The first offending byte of the text in UTF-8, from 0.
    package let byteOffset: Int

    init(_ code: Code, _ message: String, at byteOffset: Int) {
        self.code = code
        self.message = message
        self.byteOffset = byteOffset
    }

    package static func == (left: SessionConditionError, right: SessionConditionError) -> Bool {
        left.code == right.code && left.byteOffset == right.byteOffset
    }

    package var description: String { "\(message) (at character \(byteOffset + 1))" }
}
