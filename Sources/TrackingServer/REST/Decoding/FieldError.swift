/// A field or parameter of a request has a value that it cannot have: 422, and the field is named.
struct FieldError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The field's path, such as `config.train.epochs` or `points[3].step`.
    var field: String
    /// What is wrong with it and what would be right.
    var reason: String

    init(_ field: String, _ reason: String) {
        self.field = field
        self.reason = reason
    }

    var description: String { "\(field): \(reason)" }
}
