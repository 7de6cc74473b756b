/// A field or parameter has a value that it cannot have; the API answers 422 and names it.
package struct FieldError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The field's path, such as `config.train.epochs` or `points[3].step`.
    package var field: String
    /// The fault, and what would be right; goes on after the field's name.
    package var reason: String

    package init(_ field: String, _ reason: String) {
        self.field = field
        self.reason = reason
    }

    /// The same error of a field inside `place`, which is a field's name or an index in brackets.
    func inside(_ place: String) -> FieldError {
        let separator = field.isEmpty || field.hasPrefix("[") ? "" : "."
        return FieldError(place + separator + field, reason)
    }

    package var description: String { field.isEmpty ? "The body \(reason)." : "\(field) \(reason)." }
}
