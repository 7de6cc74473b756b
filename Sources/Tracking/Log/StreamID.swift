/// The name of one sequence of records: a category and the identity inside it, such as `session/sess_4f…`.
///
/// A category is lower case letters and hyphens; the whole name is 1 to 255 bytes of UTF-8, since it is part of keys.
package struct StreamID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The most bytes that a name may have.
    package static let maximumByteCount = 255

    /// The kind of thing that the stream tells of.
    package enum Category: String, CaseIterable, Sendable {
        /// A session's lifecycle, epochs, checkpoints, artifacts and tags.
        case session
        /// A session's step metrics, host readings and log lines.
        case telemetry
        /// One webhook and what was delivered to it.
        case webhook
        /// The read marks of notifications.
        case notifications
        /// A rule on metrics or host readings.
        case alertRule = "alert-rule"
        /// One alert, from its rise to its end.
        case alert
        /// A model's aliases and what they point at.
        case model
        /// A rule on what is kept of sessions, and for how long.
        case retention
        /// An API key's life.
        case apiKey = "api-key"
        /// The keys that sign the log's tree heads.
        case logKeys = "log-keys"
    }

    package let category: Category
    /// The part of the name after the slash; never empty.
    package let identity: String

    /// The stream of `identity` in `category`.
    ///
    /// - Precondition: `identity` is not empty and the whole name fits `maximumByteCount`.
    package init(_ category: Category, _ identity: String) {
        self.category = category
        self.identity = identity
        precondition(!identity.isEmpty && description.utf8.count <= StreamID.maximumByteCount)
    }

    /// Reads a name as written by `description`; nil when it is not one.
    package init?(_ name: String) {
        guard name.utf8.count <= StreamID.maximumByteCount, let slash = name.utf8.firstIndex(of: UInt8(ascii: "/")),
            let category = Category(rawValue: String(name[..<slash]))
        else { return nil }
        let identity = String(name[name.utf8.index(after: slash)...])
        guard !identity.isEmpty else { return nil }
        self.category = category
        self.identity = identity
    }

    package var description: String { category.rawValue + "/" + identity }

    package static func < (left: StreamID, right: StreamID) -> Bool { left.description < right.description }
}
