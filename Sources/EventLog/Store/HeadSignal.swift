import Synchronization
import Tracking

/// The position of the last event on disk, and everybody who waits for it to move.
final class HeadSignal: Sendable {
    private let position: Atomic<UInt64>
    private let state = Mutex(State())

    private struct State {
        var nextID: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
        var isClosed = false
    }

    private struct Waiter {
        let position: UInt64
        let continuation: CheckedContinuation<Bool, Never>
    }

    init(_ head: LogPosition) { position = Atomic(head.rawValue) }

    var head: LogPosition { LogPosition(position.load(ordering: .acquiring)) }

    /// Moves the head and wakes those who waited for it.
    func advance(to head: LogPosition) {
        position.store(head.rawValue, ordering: .releasing)
        let woken = state.withLock { state in
            let woken = state.waiters.filter { $0.value.position < head.rawValue }
            if woken.count == state.waiters.count {
                state.waiters.removeAll(keepingCapacity: true)
            } else {
                for id in woken.keys { state.waiters[id] = nil }
            }
            return woken.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume(returning: true) }
    }

    /// Wakes everybody with an error, now and from now on.
    func close() {
        let woken = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [:] }
            return state.waiters.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume(returning: false) }
    }

    /// Returns the head once it is past `position`.
    func wait(after position: LogPosition) async throws(CancellationError) -> LogPosition {
        let current = head
        if current > position { return current }
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isPast = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if self.head > position { return true }
                    if state.isClosed || Task.isCancelled { return false }
                    state.waiters[id] = Waiter(position: position.rawValue, continuation: continuation)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(returning: false)
        }
        guard isPast else { throw CancellationError() }
        return head
    }
}
