/// The paths that a route answers: fixed parts, parts in braces that hold anything, and at the end perhaps a part that
/// holds the rest, such as `/api/v1/training/sessions/{session_id}/artifacts/{path...}`.
package struct RoutePath: Hashable, Sendable, CustomStringConvertible {
    /// One part of a path between two slashes.
    package enum Part: Hashable, Sendable {
        case fixed(String)
        /// Any text without a slash, known by a name.
        case parameter(String)
        /// The rest of the path, which is not empty; always the last part.
        case rest(String)
    }

    package let description: String
    package let parts: [Part]

    /// Reads a path as `description` writes it.
    ///
    /// - Precondition: Only the last part takes the rest.
    package init(_ description: String) {
        self.description = description
        parts = description.split(separator: "/").map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return .fixed(String(part)) }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .parameter(String(name))
        }
        precondition(
            parts.dropLast().allSatisfy { if case .rest = $0 { false } else { true } },
            "\(description): the rest is last")
    }
}
