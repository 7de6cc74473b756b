import Synchronization
import Tracking

/// A stream's state and the version it was folded at.
struct FoldedState<State: Sendable>: Sendable {
    var version: StreamVersion
    var state: State
}

/// The most recently used folded states, bounded by the bytes that they take.
///
/// The states of streams that go on are in two generations, each of at most 7/16 of the bound: what is used moves to the
/// young one; when that is full it becomes the old one, and the old one goes. Those of streams that have ended have an
/// eighth to themselves, which is emptied when it is full: however many of them are looked at, they push no other out. A
/// state that alone takes more than its part is kept nevertheless, without others beside it, so that a large stream is not
/// folded anew at each command.
final class FoldedStates<D: Decider>: Sendable {
    typealias Folded = FoldedState<D.State>

    /// States and the bytes that they take.
    private struct Part: Sendable {
        private(set) var byteCount = 0
        private var states: [StreamID: (folded: Folded, byteCount: Int)] = [:]

        subscript(stream: StreamID) -> Folded? { states[stream]?.folded }

        var isEmpty: Bool { states.isEmpty }

        mutating func insert(_ folded: Folded, for stream: StreamID, byteCount: Int) {
            remove(stream)
            states[stream] = (folded, byteCount)
            self.byteCount += byteCount
        }

        @discardableResult
        mutating func remove(_ stream: StreamID) -> Folded? {
            guard let (folded, byteCount) = states.removeValue(forKey: stream) else { return nil }
            self.byteCount -= byteCount
            return folded
        }
    }

    private struct Parts: Sendable {
        var young = Part()
        var old = Part()
        var ended = Part()
    }

    /// The bytes that an entry takes besides its state: its stream's name and its place in a table.
    private static var entryByteCount: Int { 256 }

    private let parts = Mutex(Parts())
    private let generationByteCount: Int
    private let endedByteCount: Int

    /// - Parameter byteCount: About the most bytes that the states take, by the estimates of `D`.
    init(byteCount: Int) {
        generationByteCount = byteCount / 16 * 7
        endedByteCount = byteCount / 8
    }

    /// The state last kept for `stream`, if it is still here.
    subscript(stream: StreamID) -> Folded? {
        // What goes may be thousands of states: they are freed outside of the lock.
        let (folded, dropped): (Folded?, Part?) = parts.withLock { parts in
            if let folded = parts.young[stream] ?? parts.ended[stream] { return (folded, nil) }
            guard let folded = parts.old.remove(stream) else { return (nil, nil) }
            return (folded, insert(folded, for: stream, into: &parts))
        }
        withExtendedLifetime(dropped) {}
        return folded
    }

    /// Keeps `folded`, unless a newer one of the stream is kept already.
    func keep(_ folded: Folded, for stream: StreamID) {
        let dropped: Part? = parts.withLock { parts in
            if let known = parts.young[stream] ?? parts.old[stream] ?? parts.ended[stream],
                known.version > folded.version
            {
                return nil
            }
            parts.young.remove(stream)
            parts.old.remove(stream)
            parts.ended.remove(stream)
            return insert(folded, for: stream, into: &parts)
        }
        withExtendedLifetime(dropped) {}
    }

    /// Inserts the state of a stream that has none here. Returns the states that have to go.
    private func insert(_ folded: Folded, for stream: StreamID, into parts: inout Parts) -> Part? {
        let byteCount = Self.entryByteCount + D.memoryByteCount(of: folded.state)
        var dropped: Part?
        if D.hasEnded(folded.state) {
            if !parts.ended.isEmpty, parts.ended.byteCount + byteCount > endedByteCount {
                dropped = parts.ended
                parts.ended = Part()
            }
            parts.ended.insert(folded, for: stream, byteCount: byteCount)
        } else {
            if !parts.young.isEmpty, parts.young.byteCount + byteCount > generationByteCount {
                dropped = parts.old
                parts.old = parts.young
                parts.young = Part()
            }
            parts.young.insert(folded, for: stream, byteCount: byteCount)
        }
        return dropped
    }
}
