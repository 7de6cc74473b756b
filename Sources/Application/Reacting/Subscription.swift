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
        let batch: EventBatch
        do throws(StorageError) {
            batch = try await store.nextEvents(after: position, matching: filter)
        } catch {
            guard error.code == .cancelled || error.code == .closed else { throw error }
            return nil
        }
        position = batch.through
        return batch.events
    }
}
