import Foundation
import LMDB
import Synchronization
import Tracking

/// The one thread of a simulation, and its time.
///
/// Every task of a simulation prefers this executor. What can go on waits here until somebody calls `runOne`, who decides
/// by a seed which of it goes on next; nothing runs beside it. Time stands still while anything can go on.
final class SimulationLoop: TaskExecutor {
    private enum Item: Sendable {
        case job(UnownedJob)
        case wake(CheckedContinuation<Void, Never>)
    }

    private struct Sleeper: Sendable {
        var end: Duration
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var ready: [Item] = []
        var sleepers: [Int: Sleeper] = [:]
        var lastSleeper = 0
        var elapsed = Duration.zero
        /// The time by which the time of day was set forward.
        var shift = Duration.zero
        var strayCount = 0
        /// True while the thread waits for what goes on elsewhere.
        var isFinishing = false
    }

    private let state = Mutex(State())
    private let thread = pthread_self()
    /// For what goes on elsewhere, so that it does not wait for the threads that all tests share.
    private let elsewhere = ReaderPool(threadCount: 2)

    /// Belongs to the thread that makes it.
    init() {}

    /// The number of tasks that can go on.
    var readyCount: Int { state.withLock { $0.ready.count } }
    /// The time that has passed, which never jumps.
    var elapsed: Duration { state.withLock { $0.elapsed } }
    /// The number of times that another thread let a task go on, in an order that no seed decides. It must stay 0.
    var strayCount: Int { state.withLock { $0.strayCount } }

    /// The time of day.
    var now: Timestamp {
        let passed = state.withLock { $0.elapsed + $0.shift }
        return Timestamp(secondsSince1970: 1_700_000_000).advanced(by: passed)
    }

    /// Sets the time of day forward.
    func shiftTimeOfDay(by duration: Duration) { state.withLock { $0.shift += duration } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isStray = pthread_equal(thread, pthread_self()) == 0
        state.withLock { state in
            if isStray, !state.isFinishing { state.strayCount += 1 }
            state.ready.append(.job(job))
        }
    }

    /// Lets one of the tasks that can go on do so until it waits again; false when there is none.
    ///
    /// - Parameter pick: Chooses among so many, from 0.
    func runOne(_ pick: (Int) -> Int) -> Bool {
        let item: Item? = state.withLock { state in
            state.ready.isEmpty ? nil : state.ready.remove(at: pick(state.ready.count))
        }
        switch item {
        case nil: return false
        case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
        case .wake(let continuation): continuation.resume()
        }
        return true
    }

    /// Lets time pass until the next task that sleeps has slept enough; false when none sleeps.
    func passTime() -> Bool {
        let sleeper: Sleeper? = state.withLock { state in
            let next = state.sleepers.min { ($0.value.end, $0.key) < ($1.value.end, $1.key) }
            guard let next else { return nil }
            state.elapsed = max(state.elapsed, next.value.end)
            state.sleepers[next.key] = nil
            return next.value
        }
        sleeper?.continuation.resume(returning: true)
        return sleeper != nil
    }

    /// Lets others go on first, if the seed wants that.
    func pause() async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.ready.append(.wake(continuation)) }
        }
    }

    /// Returns after `duration` of the simulation's time.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before.
    func sleep(for duration: Duration) async throws {
        let number = state.withLock { state in
            state.lastSleeper += 1
            return state.lastSleeper
        }
        let hasSlept = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.sleepers[number] = Sleeper(end: state.elapsed + duration, continuation: continuation)
                    return false
                }
                if isCancelled { continuation.resume(returning: false) }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: number) }
            sleeper?.continuation.resume(returning: false)
        }
        guard hasSlept else { throw CancellationError() }
    }

    /// Does `body` on other threads while this one waits, and returns what it returns: for what has threads of
    /// its own. The simulation sees it happen at once.
    func finish<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
        state.withLock { $0.isFinishing = true }
        defer { state.withLock { $0.isFinishing = false } }
        let box = Box<Value>()
        let end = DispatchSemaphore(value: 0)
        Task(executorPreference: elsewhere) {
            let result = await body()
            box.value.withLock { $0 = result }
            end.signal()
        }
        end.wait()
        guard let result = box.value.withLock({ $0 }) else { preconditionFailure("it was signalled after the result") }
        return result
    }

    private final class Box<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
