/// One thing that is wrong, or worth knowing, about a request to create a session.
package struct SessionProblem: Document, Equatable {
    package static let name = "SessionProblem"

    /// A field of the request, or the dotted name of a value of the configuration; empty for the whole.
    package var field = ""
    package var message = ""
    /// The line of the configuration's text, from 1.
    package var line: Int?
    /// The value that would be right, in words.
    package var expected: String?
    /// The code with which the creation would be refused.
    package var code: String?

    package init() {}

    package static let fields: [Field<SessionProblem>] = [
        Field("field", \.field), Field("message", \.message), Field("line", \.line),
        Field("expected", \.expected), Field("code", \.code),
    ]
}
