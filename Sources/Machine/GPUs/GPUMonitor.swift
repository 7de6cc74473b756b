import Dispatch
import Foundation
import Synchronization

/// Keeps readings of the GPUs that are never older than some seconds, and never makes anybody wait.
///
/// A thread of its own asks the driver. When the driver hangs, that thread hangs, and there are no readings until it goes
/// on. The thread ends with the monitor.
package final class GPUMonitor: Sendable {
    /// The variable that names another library than that of NVIDIA's drivers.
    package static let libraryVariable = "PIVOT_NVML_LIBRARY"

    private let board: Board
    private let patience: Duration

    /// Begins to read.
    ///
    /// - Parameters:
    ///   - library: The file to load as NVML; nil means that of NVIDIA's drivers.
    ///   - interval: The time between one reading and the next.
    ///   - patience: The age at which a reading is too old to be shown.
    package init(library: String?, interval: Duration = .seconds(1), patience: Duration = .seconds(5)) {
        let board = Board()
        self.board = board
        self.patience = patience
        let thread = Thread {
            var source = GPUSource(library: library)
            repeat { board.show(source.survey()) } while !board.isOver(after: interval)
        }
        thread.name = "gpus"
        thread.start()
    }

    deinit { board.end() }

    /// The newest readings. Empty when there are no GPUs, and while their driver does not answer.
    package var latest: GPUSurvey {
        let (survey, age) = board.newest
        guard age < patience else {
            return GPUSurvey(trouble: "The driver has not answered for more than \(patience.components.seconds) s.")
        }
        return survey
    }

    /// Waits for the first reading, at most so long.
    package func waitForFirst(atMost duration: Duration) { board.waitForFirst(atMost: duration) }
}

/// What the thread and its monitor share.
private final class Board: Sendable {
    private struct State: Sendable {
        var survey = GPUSurvey()
        var time = ContinuousClock.now
        var hasAnswer = false
    }

    private let state = Mutex(State())
    private let first = DispatchGroup()
    private let over = DispatchSemaphore(value: 0)

    init() { first.enter() }

    /// The newest survey and its age; before the first, an empty one.
    var newest: (survey: GPUSurvey, age: Duration) {
        let state = state.withLock { $0 }
        return (state.survey, .now - state.time)
    }

    func show(_ survey: GPUSurvey) {
        let isFirst = state.withLock { state in
            defer { state = State(survey: survey, hasAnswer: true) }
            return !state.hasAnswer
        }
        if isFirst { first.leave() }
    }

    func waitForFirst(atMost duration: Duration) { _ = first.wait(timeout: .now() + duration.seconds) }

    func end() { over.signal() }

    /// Waits; true when the monitor has gone.
    func isOver(after duration: Duration) -> Bool { over.wait(timeout: .now() + duration.seconds) == .success }
}

extension Duration {
    fileprivate var seconds: Double { self / .seconds(1) }
}
