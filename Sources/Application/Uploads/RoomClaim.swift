import Synchronization

/// The part of the disk's room that one upload may yet take; given back when the value goes.
///
/// Counts what was brought but may not be written yet, and the next piece. It never counts all that was announced: a
/// client that announces much and brings little keeps nobody else out.
final class RoomClaim: Sendable {
    /// The bytes after which the disk is looked at again.
    static let stepByteCount = 4 << 20
    /// The most bytes that the blob store holds of an upload before they are on the disk.
    static let heldByteCount = 12 << 20

    private let room: DiskRoom
    private let announced: Int?
    private let state = Mutex(State())

    private struct State {
        var received = 0
        var pending = 0
        var nextCheck = RoomClaim.stepByteCount
    }

    init(of room: DiskRoom, announced: Int?) {
        self.room = room
        self.announced = announced
        advance(by: 0)
    }

    deinit { room.addPending(-state.withLock { $0.pending }) }

    /// Notes that `byteCount` more bytes came.
    ///
    /// - Throws: `TrackerError.noRoom` when the disk has no room for more.
    func take(_ byteCount: Int) throws {
        if advance(by: byteCount) { try room.check() }
    }

    /// Returns whether it is time to look at the disk.
    @discardableResult
    private func advance(by byteCount: Int) -> Bool {
        let (change, isDue) = state.withLock { state in
            state.received += byteCount
            let next = announced.map { min(max(0, $0 - state.received), Self.stepByteCount) } ?? Self.stepByteCount
            let pending = min(state.received, Self.heldByteCount) + next
            defer { state.pending = pending }
            let isDue = state.received >= state.nextCheck
            if isDue { state.nextCheck = state.received + Self.stepByteCount }
            return (pending - state.pending, isDue)
        }
        room.addPending(change)
        return isDue
    }
}
