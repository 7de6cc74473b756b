import Blobs
import EventLog
import Foundation
import ReadModels
package import Tracking

/// Tells where the disk goes.
package actor Storage {
    /// The documents that one read looks at.
    private static let documentCount = 1000

    private let core: TrackerCore
    /// The count under way for each question; who asks the same meanwhile gets its answer.
    private var underWay: [Session.ID?: Task<StorageReport, any Error>] = [:]

    init(_ core: TrackerCore) {
        self.core = core
    }

    /// What is stored, as of the head of the log, with the files of `session` when one is named.
    ///
    /// It looks at everything that is stored, which takes some 20 s for a million tensors, and takes some 60 bytes of memory for
    /// each of them while it counts.
    ///
    /// - Throws: `unknown` when there is no such session.
    package func report(filesOf session: Session.ID? = nil) async throws -> StorageReport {
        if let session { _ = try await core.state(of: session) }
        if let task = underWay[session] { return try await task.value }
        let task = Task { try await Self.count(core, filesOf: session) }
        underWay[session] = task
        defer { underWay[session] = nil }
        return try await task.value
    }

    private static func count(
        _ core: TrackerCore, filesOf session: Session.ID?
    ) async throws -> StorageReport {
        let position = core.store.head
        var count = StorageCount(asOf: position, filesOf: session)
        var cursor: BlobReferences.Cursor?
        repeat {
            let (named, next) = try await core.readWithoutLimit(asOf: position) { [cursor] snapshot in
                let references = try snapshot.blobReferences(after: cursor, documentCount: documentCount)
                return (try StorageCount.named(references, in: snapshot), references.next)
            }
            count.add(named)
            cursor = next
        } while cursor != nil
        var report = count.finished(try await core.blobs.usage(of: count.uses))
        let (folder, objects) = (core.room.folder, report.storedByteCount)
        // On a thread that may wait for the disk.
        report.folders = try await core.read { _ in try folders(of: folder, objects: objects) }
        return report
    }

    /// The parts of the data directory and what they take on the disk.
    ///
    /// - Parameter objects: What the objects of the blob store take, which was counted already.
    private static func folders(of folder: String, objects: Int64) throws -> [(name: String, byteCount: Int64)] {
        var folders: [(name: String, byteCount: Int64)] = []
        var isFolder: ObjCBool = false
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            let path = folder + "/" + name
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
                continue
            }
            var size = name == "blobs" ? objects : 0
            if name != "blobs", let files = FileManager.default.enumerator(atPath: path) {
                while let file = files.nextObject() as? String { size += byteCount(of: path + "/" + file) }
            }
            folders.append((name, size))
        }
        return folders
    }

    private static func byteCount(of path: String) -> Int64 {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_blocks) * 512 : 0
    }
}
