import Synchronization
import Tracking

/// Readers that wait for the documents to reach a position.
final class PositionWaiters: Sendable {
    /// Raised whenever somebody begins to wait.
    let readerSignal = Signal()
    private let state: Mutex<State>

    private struct State {
        var position: LogPosition
        var nextID = 0
        var isOpen = true
        var waiters: [Int: (position: LogPosition, continuation: CheckedContinuation<Bool, Never>)] = [:]
    }

    init(position: LogPosition) { state = Mutex(State(position: position)) }

    /// The position that is reached.
    var position: LogPosition { state.withLock { $0.position } }

    /// True when nobody waits.
    var isEmpty: Bool { state.withLock { $0.waiters.isEmpty } }

    /// The documents have reached `position`: wakes those who waited for it.
    func advance(to position: LogPosition) {
        let woken = state.withLock { state in
            state.position = position
            let reached = state.waiters.filter { $0.value.position <= position }
            for id in reached.keys { state.waiters[id] = nil }
            return reached.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume(returning: true) }
    }

    /// Nobody will advance any more, or somebody does again: when not, everybody is told so, now and later.
    func setOpen(_ isOpen: Bool) {
        let woken = state.withLock { state in
            state.isOpen = isOpen
            guard !isOpen else { return [CheckedContinuation<Bool, Never>]() }
            defer { state.waiters = [:] }
            return state.waiters.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume(returning: false) }
    }

    /// Returns true once `position` is reached, false after `timeout` or when nobody advances.
    func wait(for position: LogPosition, within timeout: Duration) async -> Bool {
        let id: Int? = state.withLock { state in
            guard state.position < position else { return nil }
            state.nextID += 1
            return state.nextID
        }
        guard let id else { return true }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.wait(id, for: position) }
            group.addTask {
                do {
                    try await Task.sleep(for: timeout)
                } catch {
                    return false  // cancelled: the wait has ended, or the reader has gone
                }
                self.release(id)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            // Where nothing ran for a while the time is up before anybody looked.
            return first || self.position >= position
        }
    }

    private func wait(_ id: Int, for position: LogPosition) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.position >= position { return true }
                    if !state.isOpen || Task.isCancelled { return false }
                    state.waiters[id] = (position, continuation)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) } else { readerSignal.raise() }
            }
        } onCancel: {
            release(id)
        }
    }

    private func release(_ id: Int) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume(returning: false)
    }
}
