import Dispatch
import Foundation
import Synchronization

/// A few threads for reading, so that a page that is not in memory yet, or a large batch to decode, holds up one of them
/// and never one of the threads that all tasks share.
///
/// At most `threadCount` reads go on at once and the others wait in the order of their arrival, at most `queueCount` of
/// them: one more is refused at once, since an answer that comes too late is work for nothing. A read that still waits
/// when its task is cancelled never begins; one that has begun goes on to its end. Any number of environments may share
/// a pool. Its threads start with the first reads and end with it.
///
/// A transaction cannot leave its thread, so `read` begins it, copies out what is wanted and returns that:
///
/// ```swift
/// let letter = try await pool.run {
///     Result { () throws(LMDBError) in
///         try environment.read { (transaction) throws(LMDBError) in try transaction.value(for: [97], in: letters) }
///     }
/// }.get()
/// ```
package final class ReaderPool: Sendable {
    /// The reason that a read never began.
    package enum Refusal: Error, CustomStringConvertible {
        /// As many reads wait as may.
        case busy
        /// The task was cancelled while the read waited.
        case cancelled

        package var description: String {
            switch self {
            case .busy: "Too many reads are waiting. Try again shortly."
            case .cancelled: "The read was cancelled before it began."
            }
        }
    }

    private let queue: ReadQueue

    /// - Parameters:
    ///   - threadCount: The most reads that go on at once.
    ///   - queueCount: The most reads that wait. The default is four for each of a thousand feeds.
    package init(threadCount: Int = 4, queueCount: Int = 4096) {
        queue = ReadQueue(threadCount: max(threadCount, 1), capacity: max(queueCount, 1))
    }

    deinit { queue.stop() }

    /// Runs `read` on a thread of the pool and returns what it returns. It may block, and it must not wait for another
    /// read of the pool.
    package func run<Value: Sendable>(_ read: @escaping @Sendable () -> Value) async throws(Refusal) -> Value {
        let place = Atomic<UInt64>(0)
        let outcome: Result<Value, Refusal> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let number = queue.add { refusal in
                    continuation.resume(returning: refusal.map { .failure($0) } ?? .success(read()))
                }
                place.store(number, ordering: .sequentiallyConsistent)
                // A cancellation that came before the number was known found nothing to cancel.
                if Task.isCancelled { queue.cancel(number) }
            }
        } onCancel: {
            queue.cancel(place.load(ordering: .sequentiallyConsistent))
        }
        return try outcome.get()
    }
}

/// The reads that wait, and the threads that take them.
private final class ReadQueue: Sendable {
    /// Runs a read, or tells whoever waits for it that it is refused; called once.
    typealias Job = @Sendable (ReaderPool.Refusal?) -> Void

    private let threadCount: Int
    private let capacity: Int
    private let work = DispatchSemaphore(value: 0)
    private let state = Mutex(State())

    private struct State {
        /// By number; those that were cancelled are missing.
        var waiting: [UInt64: Job] = [:]
        /// The numbers from here to `end` may wait.
        var next: UInt64 = 1
        var end: UInt64 = 1
        var threadCount = 0
        /// The threads that sleep and that nobody has woken yet.
        var idleCount = 0
        var isStopping = false
    }

    init(threadCount: Int, capacity: Int) {
        self.threadCount = threadCount
        self.capacity = capacity
    }

    /// Lets `job` wait, or refuses it; returns its number, 0 when it was refused.
    func add(_ job: @escaping Job) -> UInt64 {
        let (number, isStarting) = state.withLock { state in
            guard state.waiting.count < capacity else { return (UInt64(0), false) }
            let number = state.end
            state.waiting[number] = job
            state.end += 1
            if state.idleCount > 0 {
                state.idleCount -= 1
                work.signal()
            } else if state.threadCount < threadCount {
                state.threadCount += 1
                return (number, true)
            }
            return (number, false)
        }
        if number == 0 { job(.busy) }
        if isStarting { startThread() }
        return number
    }

    /// Refuses the read with `number` if it still waits.
    func cancel(_ number: UInt64) {
        let job = state.withLock { $0.waiting.removeValue(forKey: number) }
        job?(.cancelled)
    }

    /// Lets the threads end once nothing waits.
    func stop() {
        let count = state.withLock { state in
            state.isStopping = true
            return state.threadCount
        }
        for _ in 0..<count { work.signal() }
    }

    private func startThread() {
        let thread = Thread { [self] in
            while true {
                let (job, isStopping) = take()
                if let job { job(nil) } else if isStopping { return } else { work.wait() }
            }
        }
        thread.name = "reader"
        thread.start()
    }

    /// The read whose turn it is. Without one the thread counts as asleep from now on.
    private func take() -> (Job?, isStopping: Bool) {
        state.withLock { state in
            while state.next < state.end {
                defer { state.next += 1 }
                if let job = state.waiting.removeValue(forKey: state.next) { return (job, false) }
            }
            if !state.isStopping { state.idleCount += 1 }
            return (nil, state.isStopping)
        }
    }
}
