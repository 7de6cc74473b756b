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
        if let session { _ = try await core.read(after: core.store.head) { try $0.document(of: session) } }
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
        let objects = report.storedByteCount
        report.folders = try await core.read { _ in DataFolderSizes(of: core.room.folder, objects: objects).folders }
        return report
    }
}

/// The bytes that the parts of a data directory take on the disk.
private struct DataFolderSizes {
    private(set) var folders: [(name: String, byteCount: Int64)] = []

    /// - Parameter objects: What the objects of the blob store take, which was counted already.
    init(of folder: String, objects: Int64) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var isFolder: ObjCBool = false
        for name in names.sorted()
        where FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder) && isFolder.boolValue
        {
            var byteCount = Self.byteCount(of: folder + "/" + name)
            if name == "blobs" {
                byteCount += objects
            } else if let files = FileManager.default.enumerator(atPath: folder + "/" + name) {
                while let file = files.nextObject() as? String {
                    byteCount += Self.byteCount(of: folder + "/" + name + "/" + file)
                }
            }
            folders.append((name, byteCount))
        }
    }

    private static func byteCount(of path: String) -> Int64 {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_blocks) * 512 : 0
    }
}
