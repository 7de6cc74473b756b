import Blobs
import EventLog
package import Tracking
import Transparency

/// Copies what a target lacks: the records up to the head that the log had at the beginning, then the blobs.
///
/// Whatever was acknowledged before is in it. It reads in bounded batches, and what is cut short is gone on with by the next
/// call; the manifest, written last, says what is whole.
package struct Backup: Sendable {
    /// The moments at which a backup may be cut short; a test does it there.
    package enum Point: String, CaseIterable, Sendable {
        case begun
        case groupAdded
        case objectAdded
        case beforeManifest
    }

    private let source: BackupSource
    private let release: String
    private let now: @Sendable () -> Timestamp
    private let reach: @Sendable (Point) throws -> Void

    /// - Parameters:
    ///   - release: The name of this release.
    ///   - reach: Called at each point; when it throws, the backup ends there.
    package init(
        of source: BackupSource, release: String, now: @escaping @Sendable () -> Timestamp,
        reach: @escaping @Sendable (Point) throws -> Void = { _ in }
    ) {
        (self.source, self.release, self.now, self.reach) = (source, release, now, reach)
    }

    /// Brings `target` up to the source. Returns once all of it is there.
    ///
    /// - Throws: `BackupError` when the target holds something else; `StorageError` when a record is damaged.
    package func run(
        into target: some BackupTarget, progress: (BackupProgress) -> Void = { _ in }
    ) async throws -> BackupReport {
        let from = LogPosition(target.tree.size)
        let head = source.log.head
        guard from <= head else {
            throw BackupError(
                .unusable,
                "The backup ends at position \(from), and the log at \(head): it is of another log, or the log lost its "
                    + "end. Back up into a new folder, and keep this one.")
        }
        guard try target.isPrefix(of: source.log) else {
            throw BackupError(
                .unusable,
                "The record at position \(from) of the backup is not the one of the log: it is a backup of another log. "
                    + "Back up into a new folder.")
        }
        try reach(.begun)
        var report = BackupReport(
            from: from,
            manifest: BackupManifest(
                tree: target.tree, objectCount: 0, objectByteCount: 0, damaged: [], createdAt: now(), release: release))
        try copyRecords(into: target, from: from, through: head, &report, progress)
        let damaged = try await copyObjects(into: target, &report, progress)
        let objects = try await target.objects()
        report.manifest.tree = target.tree
        (report.manifest.objectCount, report.manifest.objectByteCount) = objects
        report.manifest.damaged = damaged
        try reach(.beforeManifest)
        try target.finish(report.manifest)
        return report
    }

    private func copyRecords(
        into target: some BackupTarget, from: LogPosition, through head: LogPosition, _ report: inout BackupReport,
        _ progress: (BackupProgress) -> Void
    ) throws {
        if let size = source.log.tree?.size { target.watch(size) }
        var position = from
        while let group = try source.log.group(after: position, through: head), let last = group.last {
            try target.append(group, from: source.log)
            position = last
            report.recordCount += group.recordCount
            report.byteCount += Int64(group.byteCount)
            progress(
                BackupProgress(
                    .records, done: Int64(position.rawValue - from.rawValue),
                    total: Int64(head.rawValue - from.rawValue)))
            try reach(.groupAdded)
        }
        guard target.lastRedaction <= head else {
            throw BackupError(
                .failed,
                "Content was removed from records while they were copied, by the event at position "
                    + "\(target.lastRedaction), which comes after the end of this backup. Run it again.")
        }
        if let known = source.log.tree, let copied = target.tree(ofSize: known.size), copied != known {
            throw BackupError(
                .damaged,
                "The records have the tree \(copied), and the log says \(known): headers were changed. Restore the log "
                    + "from an earlier backup.")
        }
    }

    /// Copies the objects that the target lacks and that are sound; says which are not.
    private func copyObjects(
        into target: some BackupTarget, _ report: inout BackupReport, _ progress: (BackupProgress) -> Void
    ) async throws -> [Digest] {
        let blobs = source.blobs
        var total: Int64 = 0
        try await blobs.forEach { digest in
            if let byteCount = try blobs.byteCount(of: digest), try target.lacks(digest, byteCount: byteCount) {
                total += byteCount
            }
        }
        let reader = FileBlobStore(reading: blobs)
        var done: Int64 = 0
        var damaged: [Digest] = []
        var added = (count: 0, byteCount: Int64(0))
        try await blobs.forEach { digest in
            // An upload that was refused takes its objects back.
            guard let byteCount = try blobs.byteCount(of: digest), try target.lacks(digest, byteCount: byteCount) else {
                return
            }
            do throws(BlobError) {
                try await reader.verify(digest)
            } catch .damaged {
                damaged.append(digest)
                return
            } catch .notFound {
                return
            }
            guard let file = try blobs.open(digest) else { return }
            try target.add(digest, file)
            added.count += 1
            added.byteCount += file.byteCount
            done += file.byteCount
            progress(BackupProgress(.blobs, done: done, total: max(total, done)))
            try reach(.objectAdded)
        }
        report.objectCount = added.count
        report.byteCount += added.byteCount
        return damaged
    }
}
