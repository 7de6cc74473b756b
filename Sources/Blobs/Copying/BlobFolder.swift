package import Tracking

/// The objects of a store as the files that they are, for whoever copies or examines them.
///
/// Objects never change, so one that is copied whole is the same one. A copy may be read while another process has the
/// store; as long as `holdOffSweeps()` is held, what was there stays there.
package final class BlobFolder: Sendable {
    let directory: BlobDirectory

    /// The store in the folder `root`, for reading. Nothing is made or removed, and there may be none.
    package init(reading root: String) {
        directory = BlobDirectory(reading: root, fileSystem: PosixFileSystem())
    }

    /// The store in the folder `root`, for writing; it is made when it is missing, and what unfinished copies left is removed.
    package init(writing root: String, clock: @escaping @Sendable () -> Timestamp) throws(BlobError) {
        directory = try BlobDirectory(
            root: root, fileSystem: PosixFileSystem(), chunks: InMemoryChunkIndex(), clock: clock)
    }

    /// True when there is a store.
    package var isThere: Bool {
        get throws(BlobError) {
            try directory.attempt { () throws(FileSystemError) in
                try directory.fileSystem.information(about: directory.layout.objects) != nil
            }
        }
    }

    /// Waits for the end of a sweep, and lets none begin until the lock is let go, or this process ends.
    package func holdOffSweeps() throws(BlobError) -> SweepLock { try .sharing(directory.layout) }

    /// Calls `body` with the digests of all objects in ascending order; with the names of a 256th in memory.
    package func forEach(_ body: (Digest) async throws -> Void) async throws {
        for shard in BlobLayout.shards {
            let path = directory.layout.shard(shard)
            guard try directory.fileSystem.information(about: path) != nil else { continue }
            for digest in try directory.objects(in: shard).sorted() { try await body(digest) }
        }
    }

    /// The bytes of an object's file; nil when there is none.
    package func byteCount(of digest: Digest) throws(BlobError) -> Int64? {
        try directory.fileInformation(of: digest)?.byteCount
    }

    /// An object's file, held open; nil when there is none.
    package func open(_ digest: Digest) throws(BlobError) -> ObjectFile? {
        try directory.attempt { () throws(FileSystemError) in
            guard let file = try directory.fileSystem.open(directory.layout.object(digest)) else { return nil }
            return ObjectFile(file: file, byteCount: try file.byteCount())
        }
    }

    /// Begins an object under a temporary name.
    package func newObject() throws(BlobError) -> NewObject { try NewObject(in: directory) }

    /// The names of the files of uploads and copies that have not ended, or whose process is dead.
    package func temporaryFiles() throws(BlobError) -> [String] {
        try directory.attempt { () throws(FileSystemError) in
            guard try directory.fileSystem.information(about: directory.layout.temporary) != nil else { return [] }
            return try directory.fileSystem.list(directory.layout.temporary).sorted()
        }
    }
}
