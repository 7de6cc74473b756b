import Synchronization

/// A pause of all deliveries, as after a restore, until somebody resumes them.
///
/// What they would be told may have been told by the server that the backup is of, which nobody but people can know. The
/// pause is a file of the data directory: so it outlives restarts, and is no part of the history.
package final class DeliveryPause: Sendable {
    private struct State {
        var isPaused: Bool
        var waiters: [AsyncStream<Void>.Continuation] = []
    }

    private let file: String?
    private let state: Mutex<State>

    /// - Parameters:
    ///   - file: The file that is there while deliveries are paused; nil to pause never.
    ///   - isPaused: Whether it is there.
    package init(file: String? = nil, isPaused: Bool = false) {
        self.file = file
        state = Mutex(State(isPaused: isPaused))
    }

    package var isPaused: Bool { state.withLock { $0.isPaused } }

    /// Lets deliveries go on; returns once that is on disk. Doing it again changes nothing.
    ///
    /// - Returns: Whether they were paused.
    /// - Throws: When the file cannot be removed; they stay paused then.
    package func resume() throws(DurableFile.Failure) -> Bool {
        guard isPaused else { return false }
        if let file { try DurableFile(file).remove() }
        let waiters = state.withLock { state in
            defer { state = State(isPaused: false) }
            return state.waiters
        }
        for waiter in waiters { waiter.finish() }
        return true
    }

    /// Returns at once when deliveries are not paused, else once they are resumed.
    ///
    /// - Throws: `CancellationError`.
    package func waitUntilResumed() async throws {
        let (resumed, continuation) = AsyncStream<Void>.makeStream()
        let mustWait = state.withLock { state in
            if state.isPaused { state.waiters.append(continuation) }
            return state.isPaused
        }
        guard mustWait else { return }
        for await _ in resumed {}
        try Task.checkCancellation()
    }
}
