/// A requirement that an append makes of its stream, checked inside the write transaction.
package enum ExpectedVersion: Hashable, Sendable {
    /// Whatever the stream holds.
    case any
    /// The stream has exactly this many records; `.none` means that it does not exist yet.
    case exactly(StreamVersion)

    /// The stream does not exist yet.
    package static let noStream = ExpectedVersion.exactly(.none)

    /// True when a stream at `version` is as required.
    package func allows(_ version: StreamVersion) -> Bool {
        switch self {
        case .any: true
        case .exactly(let expected): expected == version
        }
    }
}
