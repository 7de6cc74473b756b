/// One thing in a configuration that is not allowed, in the terms of whoever wrote it.
package struct ConfigurationProblem: Equatable, Sendable, CustomStringConvertible {
    /// The kinds of problem.
    package enum Code: Equatable, Sendable {
        /// The text is no YAML or JSON, or uses a part of YAML that is not read here.
        case syntax
        /// A value of another kind than the key takes.
        case wrongKind
        /// A value of the right kind that is too small, too large or not among the choices.
        case outOfRange
        /// A key that has no default was left out.
        case missing
        /// A key that there is not, but for a slip of the pen.
        case mistypedKey
        /// A key that nothing reads.
        case unknownKey
        /// Two values that do not go together.
        case conflict
        /// The configuration is larger or deeper than the limits.
        case tooLarge
        /// An override whose path or value cannot be used.
        case override
    }

    /// The kind of problem.
    package let code: Code
    /// The place in the configuration, with dots: `train.model.depth`. Empty for the whole.
    package let path: String
    /// The line of the text, counted from 1; nil when the value came from elsewhere.
    package let line: Int?
    /// The value or the fault that was found, in words.
    package let found: String
    /// The values that are allowed, in words, and so what to do.
    package let allowed: String

    package init(code: Code, path: String, line: Int? = nil, found: String, allowed: String) {
        self.code = code
        self.path = path
        self.line = line
        self.found = found
        self.allowed = allowed
    }

    package var description: String {
        let place = path.isEmpty ? "configuration" : path
        let lineText = line.map { " (line \($0))" } ?? ""
        return "\(place)\(lineText): found \(found); allowed: \(allowed)"
    }
}
