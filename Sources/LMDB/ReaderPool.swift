import Dispatch
import Foundation
import Glibc
import Synchronization

/// A few threads for reading, so that a page that is not in memory yet, or a large batch to decode, holds up one of them
/// and never one of the threads that all tasks share.
///
/// At most `threadCount` reads go on at once and the others wait in the order of their arrival, at most `queueCount` of
/// them: one more is refused at once, since an answer that comes too late is work for nothing. A read that still waits
/// when its task is cancelled never begins; one that has begun goes on to its end. Any number of environments may share
/// a pool. Its threads start with the first reads and end with it, and may give way to the process's others (`niceness`).
///
/// A task can prefer a pool (`prefer`): all that it reads in whatever pool, and what it does between two waits, then runs on
/// that one's threads. Tasks are not refused.
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
package final class ReaderPool: TaskExecutor {
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

    /// The pool that the current task prefers.
    @TaskLocal private static var preferred: ReaderPool?

    private let queue: ReadQueue
    private let isInline: Bool

    /// - Parameters:
    ///   - threadCount: The most reads that go on at once. 0 lets each one go on where it is asked for, and is for a
    ///     simulation on one thread; such a pool is not to be preferred by tasks.
    ///   - queueCount: The most reads that wait. The default is four for each of a thousand feeds.
    ///   - niceness: The priority that its threads give up, added to the process's own niceness; from 0 to 19.
    package init(threadCount: Int = 4, queueCount: Int = 4096, niceness: Int = 0) {
        isInline = threadCount == 0
        queue = ReadQueue(threadCount: max(threadCount, 1), capacity: max(queueCount, 1), niceness: niceness)
    }

    deinit { queue.stop() }

    /// Runs `read` on a thread of the pool, or of the one that the task prefers, and returns what it returns. It may block, and it must not wait for another
    /// read of the pool.
    package func run<Value: Sendable>(_ read: @escaping @Sendable () -> Value) async throws(Refusal) -> Value {
        if isInline { return read() }
        let queue = (Self.preferred ?? self).queue
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

    /// Calls `body` as a task that prefers this pool.
    package func prefer<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        try await Self.$preferred.withValue(self) {
            try await withTaskExecutorPreference(self, isolation: isolation, operation: body)
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.add(isRefusable: false) { [self] _ in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

/// The reads that wait, and the threads that take them.
private final class ReadQueue: Sendable {
    /// Runs a read, or tells whoever waits for it that it is refused; called once.
    typealias Job = @Sendable (ReaderPool.Refusal?) -> Void

    private let threadCount: Int
    private let capacity: Int
    private let niceness: Int
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

    init(threadCount: Int, capacity: Int, niceness: Int) {
        self.threadCount = threadCount
        self.capacity = capacity
        self.niceness = niceness
    }

    /// Lets `job` wait, or refuses it if it may be; returns its number, 0 when it was refused.
    @discardableResult
    func add(isRefusable: Bool = true, _ job: @escaping Job) -> UInt64 {
        let (number, isStarting) = state.withLock { state in
            guard !isRefusable || state.waiting.count < capacity else { return (UInt64(0), false) }
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
            giveWay()
            while true {
                let (job, isStopping) = take()
                if let job { job(nil) } else if isStopping { return } else { work.wait() }
            }
        }
        thread.name = "reader"
        thread.start()
    }

    /// Lowers the priority of the thread that calls: on Linux it is each thread's own.
    private func giveWay() {
        guard niceness > 0 else { return }
        let thread = __priority_which_t(PRIO_PROCESS.rawValue)
        // Lowering it needs no right; a system that refuses leaves it as it is.
        _ = setpriority(thread, 0, min(19, getpriority(thread, 0) + Int32(niceness)))
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
