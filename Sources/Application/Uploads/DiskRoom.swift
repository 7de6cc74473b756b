package import EventLog
import Synchronization
package import Tracking

/// The room on the disk of the data: how much is free, how much must stay free, and what uploads under way may yet take.
///
/// The reserve is the log's: when uploads stop before it, reports, endings and deletions still have room.
package final class DiskRoom: Sendable {
    /// The free and the reserved bytes at one moment.
    package struct Reading: Equatable, Sendable {
        package var freeByteCount: Int
        package var reserveByteCount: Int
        /// True when less is free than must stay free, so that what begins something is refused.
        package var isShort: Bool { freeByteCount < reserveByteCount }
    }

    private let probe: any FileSystemProbe
    /// A folder on the disk: the data directory.
    let folder: String
    private let bounds: EventLogBounds
    /// The bytes that uploads have brought or announced and that may not be on the disk yet.
    private let pendingByteCount = Mutex(0)

    /// - Parameters:
    ///   - folder: The file system of this folder is the disk.
    ///   - bounds: Those of the log.
    package init(
        folder: String, bounds: EventLogBounds = EventLogBounds(), probe: any FileSystemProbe = SystemFileSystemProbe()
    ) {
        self.folder = folder
        self.bounds = bounds
        self.probe = probe
    }

    /// The room as it is now.
    package func reading() throws(StorageError) -> Reading {
        Reading(
            freeByteCount: try probe.freeByteCount(at: folder), reserveByteCount: bounds.headroomByteCount)
    }

    /// The bytes that must be free for an append of `priority`.
    package func reserveByteCount(for priority: AppendPriority) -> Int { bounds.headroomByteCount(for: priority) }

    /// Makes sure that an upload of `byteCount` bytes leaves the reserve free.
    ///
    /// - Throws: `TrackerError.noRoom` when it would not.
    package func check(byteCount: Int) throws {
        try check(byteCount: byteCount, pending: pendingByteCount.withLock { $0 })
    }

    /// Begins an upload, which ends with the claim.
    ///
    /// - Parameter byteCount: Its announced length; nil when it is not known.
    /// - Throws: `TrackerError.noRoom` when it would not leave the reserve free.
    func claim(byteCount: Int?) throws -> RoomClaim {
        try check(byteCount: byteCount ?? 0)
        return RoomClaim(of: self, announced: byteCount)
    }

    /// Makes sure that what is under way leaves the reserve free.
    func check() throws { try check(byteCount: 0) }

    /// Adds to what uploads may yet take.
    func addPending(_ byteCount: Int) { pendingByteCount.withLock { $0 += byteCount } }

    private func check(byteCount: Int, pending: Int) throws {
        let room = try reading()
        let (needed, isTooMuch) = byteCount.addingReportingOverflow(pending)
        guard !isTooMuch, room.freeByteCount - room.reserveByteCount >= needed else {
            throw TrackerError.noRoom(needed: byteCount, free: room.freeByteCount, reserve: room.reserveByteCount)
        }
    }
}
