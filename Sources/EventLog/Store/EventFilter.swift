package import Tracking

/// The events of the log that a reader wants.
package enum EventFilter: Hashable, Sendable {
    case all
    /// The events of all streams of these categories.
    case categories(Set<StreamID.Category>)
    /// The events of these streams, in the order of the log.
    case streams(Set<StreamID>)

    /// Returns whether an event of `stream` is wanted.
    package func includes(_ stream: StreamID) -> Bool {
        switch self {
        case .all: true
        case .categories(let categories): categories.contains(stream.category)
        case .streams(let streams): streams.contains(stream)
        }
    }
}
