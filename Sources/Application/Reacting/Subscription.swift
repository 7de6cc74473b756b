package import EventLog
import ServiceLifecycle
package import Tracking

/// Follows the log in its order from a position on, in bounded batches, until the server shuts down.
package struct Subscription: Sendable {
    private let store: any EventStore
    private let filter: EventFilter
    /// Everything up to here was handed out.
    package private(set) var position: LogPosition

    package init(_ store: any EventStore, after position: LogPosition, matching filter: EventFilter) {
        self.store = store
        self.filter = filter
        self.position = position
    }

    /// The next events, waiting until there are some; nil when the server shuts down or the task is cancelled.
    package mutating func next() async throws(StorageError) -> [RecordedEvent]? {
        while true {
            do throws(StorageError) {
                let batch = try await store.nextEvents(after: position, matching: filter)
                position = batch.through
                return batch.events
            } catch {
                switch error.code {
                case .cancelled, .closed: return nil
                // Too many read at this moment. The next read ends when a sleep was cancelled.
                case .busy: try? await Task.sleep(for: .milliseconds(50))
                default: throw error
                }
            }
        }
    }
}
