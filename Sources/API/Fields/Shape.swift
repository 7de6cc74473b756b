/// The kind of value that a field holds, as far as the contract `schemas/rest/openapi.yaml` says it.
package indirect enum Shape: Equatable, Sendable {
    case text, integer, number, flag
    /// A moment in RFC 3339.
    case time
    /// A number, or one of the strings "NaN", "Infinity" and "-Infinity".
    case metric
    /// One of some words.
    case words([String])
    /// Any JSON value, or any JSON object.
    case anything, object
    case list(Shape)
    /// An object with free keys.
    case map(Shape)
    /// A document by the name of its schema; one without a type has free keys.
    case document(String, DocumentType? = nil)
}
