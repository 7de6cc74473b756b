import Dispatch
import Foundation
import Synchronization

/// The thread that drives the log's writer: it sleeps until something waits, and writes until nothing does. What the
/// database lacks it flushes after some time.
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
    ///
    /// - Parameter delay: The longest time for which the database lacks something.
    init(driving core: LogCore, flushingAfter delay: Duration) {
        let thread = Thread { [self] in
            let interval = DispatchTimeInterval.nanoseconds(Int(delay / .nanoseconds(1)))
            var deadline = DispatchTime.distantFuture
            while true {
                _ = work.wait(timeout: deadline)
                while core.step() {}
                let isStopping = state.withLock { $0.isStopping }
                if isStopping || deadline <= .now() { core.flush() }
                if isStopping { break }
                if !core.hasUnflushed {
                    deadline = .distantFuture
                } else if deadline == .distantFuture || deadline <= .now() {
                    deadline = .now() + interval
                }
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
