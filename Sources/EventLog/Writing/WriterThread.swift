import Dispatch
import Foundation
import Synchronization

/// The thread that drives the log's writer: it sleeps until something waits, and writes until nothing does.
final class WriterThread: Sendable {
    private static let stackByteCount = 1 << 20

    private let work = DispatchSemaphore(value: 0)
    private let state = Mutex(State())

    private struct State {
        var isStopping = false
        var hasEnded = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// Starts the thread; it keeps `core` until it ends.
    init(driving core: LogCore) {
        let thread = Thread { [self] in
            while true {
                work.wait()
                while core.step() {}
                if state.withLock({ $0.isStopping }) { break }
            }
            end()
        }
        thread.name = "log-writer"
        thread.stackSize = WriterThread.stackByteCount
        thread.start()
    }

    /// Says that something waits.
    func wake() { work.signal() }

    /// Lets the thread write what waits and end. The queue must refuse appends before.
    func stop() {
        state.withLock { $0.isStopping = true }
        work.signal()
    }

    /// Returns once the thread has ended.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func end() {
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
