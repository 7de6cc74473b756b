package import Tracking

/// The content of a session that is to be forgotten, and why.
package struct RedactionRequest: Document, Equatable {
    package static let name = "RedactionRequest"

    package var kinds: [RedactionKind] = []
    package var reason = ""
    /// Only log lines and host readings that were recorded before.
    package var before: Timestamp?
    /// Only log lines and host readings that stand at these places of the log.
    package var positions: [UInt64]?
    /// Say what would go, and change nothing.
    package var isDryRun: Bool?

    package init() {}

    package static let fields: [Field<RedactionRequest>] = [
        Field("kinds", \.kinds, .count(1...4)), Field("reason", \.reason, .bytes(1...1024)), Field("before", \.before),
        Field("positions", \.positions, .count(1...20_000, of: .range(1...9_007_199_254_740_991))),
        Field("dry_run", \.isDryRun),
    ]
}
