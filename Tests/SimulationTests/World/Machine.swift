import EventLog
import Foundation
import StoreTesting
import Synchronization
import TestSupport

/// The machine of a simulated server: its disks, and what is left on them when the server is killed or the power goes.
///
/// The log and the read models lie in a folder in memory, which is copied at the moment of a crash and gone on with; the
/// blobs lie on a simulated disk. The log's one file that is written without being synced at once is its journal: of what
/// was not synced a loss of power keeps any sectors and no others.
final class Machine: Sendable {
    /// The bytes that a disk writes whole or not at all.
    private static let sectorByteCount = 512

    private struct State {
        var number = 0
        var disk = SimulatedDisk()
        /// The number of failure points until the end, and whether the power goes then.
        var end: (pointsLeft: Int, isPowerLoss: Bool, seed: UInt64)?
        /// The journal when all of it was synced.
        var syncedJournal: [UInt8] = []
        /// True when the server is to end in order.
        var isStopping = false
        /// True once the folder of the next number holds what a crash has left.
        var hasCrashed = false
        var crashedDisk: SimulatedDisk?
        var appendCount = 0
        var hasOldImage = false
    }

    private let root: TemporaryDirectory
    private let state = Mutex(State())
    private let bug: PlantedBug?

    init(planted bug: PlantedBug?) throws {
        root = try TemporaryDirectory(isInMemory: true)
        self.bug = bug
    }

    /// The data directory.
    var folder: String { folder(state.withLock { $0.number }) }
    /// The disk of the blobs.
    var disk: SimulatedDisk { state.withLock { $0.disk } }
    /// True when the server was killed, or is to end, and does not know it yet.
    var hasCrashed: Bool {
        state.withLock { state in
            state.hasCrashed || state.isStopping || state.disk.state.withLock { $0.isCrashed }
        }
    }
    /// A folder that is not there yet.
    func scratch(_ name: String) -> String { "\(root.path)/\(name)-\(UUID().uuidString)" }

    private func folder(_ number: Int) -> String { "\(root.path)/\(number)" }
    private var oldImage: String { "\(root.path)/old" }

    /// Kills the server at the `count`th failure point of the log from now on.
    func crash(atPoint count: Int, isPowerLoss: Bool, seed: UInt64) {
        state.withLock { $0.end = (count, isPowerLoss, seed) }
    }

    /// Nothing kills the server any more.
    func spare() {
        state.withLock { state in
            state.end = nil
            state.disk.heal()
        }
    }

    /// Ends the server in order: what it still does to its log while it closes is part of what is left.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            state.end = nil
        }
    }

    /// Kills the server now.
    func crash(isPowerLoss: Bool, seed: UInt64) throws {
        guard !hasCrashed else { return }
        state.withLock { $0.end = (0, isPowerLoss, seed) }
        try keepImage(isTorn: false)
    }

    /// The log has come to a named moment of writing.
    func reach(_ point: FailurePoint) {
        do {
            if bug == .forgottenAppends, point == .acknowledging { try keepOldImage() }
            let (isEnd, isArmed) = state.withLock { state in
                guard let end = state.end, !state.hasCrashed else { return (false, false) }
                state.end?.pointsLeft -= 1
                return (end.pointsLeft <= 1, end.isPowerLoss)
            }
            if isEnd { try keepImage(isTorn: isArmed && point == .journalWritten) }
            if isArmed, point == .groupTaken { try keepJournal() }
        } catch {
            preconditionFailure("the folder in memory cannot be copied: \(error)")
        }
    }

    /// The folder as it is now is what the next server finds.
    private func keepImage(isTorn: Bool) throws {
        let (number, end, journal) = state.withLock { ($0.number, $0.end, $0.syncedJournal) }
        let isOld = bug == .forgottenAppends && state.withLock { $0.hasOldImage && !$0.isStopping }
        try FileManager.default.copyItem(atPath: isOld ? oldImage : folder(number), toPath: folder(number + 1))
        if isTorn, let end { try tear(folder(number + 1), since: journal, seed: end.seed) }
        state.withLock { state in
            state.crashedDisk =
                end?.isPowerLoss == true ? state.disk.afterPowerLoss(seed: end?.seed ?? 0) : state.disk.afterCrash()
            state.hasCrashed = true
            state.end = nil
        }
    }

    /// Keeps what the crash has left, when it was the disk of the blobs that killed the server.
    func keepCrash() throws {
        if state.withLock({ !$0.hasCrashed && !$0.isStopping }) { try keepImage(isTorn: false) }
    }

    /// Goes on with what the crash, or the end, has left.
    ///
    /// - Parameter forgetsReadModels: Whether somebody deletes the read models, which the log has.
    func recover(forgetsReadModels: Bool) throws {
        if state.withLock({ !$0.hasCrashed }) { try keepImage(isTorn: false) }
        let former = folder
        state.withLock { state in
            state.number += 1
            if let disk = state.crashedDisk { state.disk = disk }
            state.crashedDisk = nil
            state.hasCrashed = false
            state.isStopping = false
            state.end = nil
            state.hasOldImage = false
        }
        try FileManager.default.removeItem(atPath: former)
        if forgetsReadModels {
            try FileManager.default.removeItem(atPath: DataDirectory.readModelsFolder(inFolderAt: folder))
        }
    }

    private func journalPath(_ folder: String) -> URL {
        URL(fileURLWithPath: DataDirectory.logFolder(inFolderAt: folder) + "/journal")
    }

    private func keepJournal() throws {
        let bytes = Array(try Data(contentsOf: journalPath(folder)))
        state.withLock { $0.syncedJournal = bytes }
    }

    /// Takes back some of the sectors that were not synced.
    private func tear(_ folder: String, since synced: [UInt8], seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var bytes = Array(try Data(contentsOf: journalPath(folder)))
        guard synced.count == bytes.count else { return }
        for start in stride(from: 0, to: bytes.count, by: Self.sectorByteCount) {
            let sector = start..<min(start + Self.sectorByteCount, bytes.count)
            guard bytes[sector] != synced[sector], Bool.random(using: &random) else { continue }
            bytes.replaceSubrange(sector, with: synced[sector])
        }
        try Data(bytes).write(to: journalPath(folder))
    }

    /// Keeps the folder as it is now and then, for the disk that forgets.
    private func keepOldImage() throws {
        let isDue = state.withLock { state in
            state.appendCount += 1
            return state.appendCount % 12 == 0 && !state.hasCrashed
        }
        guard isDue else { return }
        if FileManager.default.fileExists(atPath: oldImage) { try FileManager.default.removeItem(atPath: oldImage) }
        try FileManager.default.copyItem(atPath: folder, toPath: oldImage)
        state.withLock { $0.hasOldImage = true }
    }
}
