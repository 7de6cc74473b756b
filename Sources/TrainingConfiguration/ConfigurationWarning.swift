/// Something in a configuration that is kept although nothing here reads it.
package struct ConfigurationWarning: Equatable, Sendable, CustomStringConvertible {
    /// The place in the configuration, with dots.
    package let path: String
    /// The line of the text, counted from 1; nil when the value came from elsewhere.
    package let line: Int?
    /// A sentence that says what is the matter.
    package let message: String

    package var description: String { "\(path)\(line.map { " (line \($0))" } ?? ""): \(message)" }
}
