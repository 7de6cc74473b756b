/// A field or parameter of a request has a value that it cannot have: 422, and the field is named.
package struct FieldError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The field's path, such as `config.train.epochs` or `points[3].step`.
    package var field: String
    /// What is wrong with it and what would be right.
    package var reason: String

    init(_ field: String, _ reason: String) {
        self.field = field
        self.reason = reason
    }

    package var description: String { "\(field): \(reason)" }
}
