import Synchronization
import Tracking

/// A stream's state and the version it was folded at.
struct FoldedState<State: Sendable>: Sendable {
    var version: StreamVersion
    var state: State
}

/// The most recently used folded states.
///
/// Two generations: what is used moves to the young one; when that is full it becomes the old one, and the old one goes.
final class FoldedStates<State: Sendable>: Sendable {
    private struct Generations: Sendable {
        var young: [StreamID: FoldedState<State>] = [:]
        var old: [StreamID: FoldedState<State>] = [:]
    }

    private let generations = Mutex(Generations())
    private let generationSize: Int

    init(capacity: Int) { generationSize = max(1, capacity / 2) }

    /// The state last kept for `stream`, if it is still here.
    subscript(stream: StreamID) -> FoldedState<State>? {
        generations.withLock { generations in
            if let state = generations.young[stream] { return state }
            guard let state = generations.old.removeValue(forKey: stream) else { return nil }
            Self.insert(state, for: stream, into: &generations, size: generationSize)
            return state
        }
    }

    /// Keeps `state`, unless a newer one of the stream is kept already.
    func keep(_ state: FoldedState<State>, for stream: StreamID) {
        generations.withLock { generations in
            let known = generations.young[stream] ?? generations.old[stream]
            if let known, known.version > state.version { return }
            generations.old[stream] = nil
            Self.insert(state, for: stream, into: &generations, size: generationSize)
        }
    }

    private static func insert(
        _ state: FoldedState<State>, for stream: StreamID, into generations: inout Generations, size: Int
    ) {
        if generations.young.count >= size, generations.young[stream] == nil {
            generations.old = generations.young
            generations.young = [:]
        }
        generations.young[stream] = state
    }
}
