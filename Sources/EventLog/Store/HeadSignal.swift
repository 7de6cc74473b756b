import Synchronization
import Tracking

/// The position of the last event on disk, and everybody who waits for what comes after it.
///
/// What is appended is remembered, and waiters are registered, under one lock: so whoever begins to wait sees every
/// earlier append and is seen by every later one.
final class HeadSignal: Sendable {
    private let position: Atomic<UInt64>
    private let state: Mutex<State>

    private struct State {
        var appends: RecentAppends
        var waiters = WaiterIndex()
        var nextID: UInt64 = 0
        var isClosed = false
    }

    init(_ head: LogPosition) {
        position = Atomic(head.rawValue)
        state = Mutex(State(appends: RecentAppends(after: head)))
    }

    var head: LogPosition { LogPosition(position.load(ordering: .acquiring)) }

    /// Moves the head and wakes those who wait for one of the streams that were appended to.
    ///
    /// - Parameter streams: Each stream that was appended to, and the position of its last event.
    func advance(to head: LogPosition, appendingTo streams: [StreamID: LogPosition]) {
        let woken = state.withLock { state in
            position.store(head.rawValue, ordering: .releasing)
            state.appends.add(streams)
            return state.waiters.take(waitingFor: streams.keys, head: head)
        }
        for continuation in woken { continuation.resume(returning: true) }
    }

    /// Wakes everybody with an error, now and from now on.
    func close() {
        let woken = state.withLock { state in
            state.isClosed = true
            return state.waiters.takeAll()
        }
        for continuation in woken { continuation.resume(returning: false) }
    }

    /// Does what `EventStore.waitForEvents(after:matching:)` says.
    func wait(
        after position: LogPosition, matching filter: EventFilter
    ) async throws(CancellationError) -> LogPosition {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isThere = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    let head = self.head
                    if position < head, state.appends.mayHold(filter, after: position) { return true }
                    if state.isClosed || Task.isCancelled { return false }
                    state.waiters.add(
                        WaiterIndex.Waiter(
                            filter: filter, position: position, isEarly: position > head, continuation: continuation),
                        id)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.remove(id) }
            waiter?.continuation.resume(returning: false)
        }
        guard isThere else { throw CancellationError() }
        return head
    }
}
