import Synchronization

/// The frames that wait between two stages of an upload, in order.
///
/// It holds at most the upload's frames, so adding one never waits. One task takes frames. Neither end of the queue
/// looks at a cancellation: whether an upload goes on is for its source to say.
final class UploadQueue: Sendable {
    private let state = Mutex(State())

    private struct State {
        var frames: [UploadFrame] = []
        var isFinished = false
        var reader: CheckedContinuation<UploadFrame?, Never>?
    }

    /// Adds a frame; the caller does not touch it again.
    func add(_ frame: UploadFrame) {
        let reader = state.withLock { state in
            let reader = state.reader.take()
            if reader == nil { state.frames.append(frame) }
            return reader
        }
        reader?.resume(returning: frame)
    }

    /// Says that no more frames come.
    func finish() {
        let reader = state.withLock { state in
            state.isFinished = true
            return state.reader.take()
        }
        reader?.resume(returning: nil)
    }

    /// The next frame if one waits.
    func waiting() -> UploadFrame? {
        state.withLock { $0.frames.isEmpty ? nil : $0.frames.removeFirst() }
    }

    /// The next frame, once there is one; nil when no more come.
    func next(isolation actor: isolated (any Actor)? = #isolation) async -> UploadFrame? {
        await withCheckedContinuation(isolation: actor) { continuation in
            let (isOver, frame) = state.withLock { state -> (Bool, UploadFrame?) in
                if !state.frames.isEmpty { return (true, state.frames.removeFirst()) }
                if state.isFinished { return (true, nil) }
                state.reader = continuation
                return (false, nil)
            }
            if isOver { continuation.resume(returning: frame) }
        }
    }
}
