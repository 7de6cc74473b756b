import Dispatch
import Foundation
import Synchronization

/// Runs tasks on one thread of its own, so that long steps of a training hold up nothing else in the process, and so that
/// the numeric library keeps one team of threads.
package final class TrainingThread: TaskExecutor {
    private let state = Mutex((jobs: [UnownedJob](), isOver: false))
    private let signal = DispatchSemaphore(value: 0)

    package init() {
        let thread = Thread { [self] in work() }
        thread.name = "training"
        thread.stackSize = 16 << 20
        thread.start()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        signal.signal()
    }

    /// Lets the thread end when no job is left.
    package func shutDown() {
        state.withLock { $0.isOver = true }
        signal.signal()
    }

    private func work() {
        while true {
            signal.wait()
            let (job, isOver) = state.withLock { state in
                (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isOver)
            }
            if let job {
                job.runSynchronously(on: asUnownedTaskExecutor())
            } else if isOver {
                return
            }
        }
    }
}
