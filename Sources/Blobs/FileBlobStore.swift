package import NIOCore
import Synchronization
package import Tracking

/// A blob store in a folder of files.
///
/// One process at a time opens a folder; whoever owns the data directory holds its lock. Compressing, hashing and all
/// disk calls happen on a few threads of the store's own, a frame at a time, never on the caller's; hashing, compressing
/// and writing one upload go on at the same time. The format of its
/// files is the article <doc:PackFormat>.
package final class FileBlobStore: BlobStore {
    private let directory: BlobDirectory
    private let executors: FileExecutor.Pool
    private let maintenance: FileWorker
    private let uploadLimit: Int
    private let sharesWithCopies: Bool
    private let uploadCount = Atomic<Int>(0)

    /// Opens the store in the folder `root`, makes it when there is none, and removes what dead processes left.
    ///
    /// - Parameters:
    ///   - root: the folder; its parent exists.
    ///   - fileSystem: the disk.
    ///   - chunks: tells where the chunks of files lie that were stored before.
    ///   - clock: tells the time at which blobs are put and renewed.
    ///   - threadCount: the threads that uploads and readers share; an upload keeps up to three busy.
    ///   - uploadLimit: the most uploads that may go on at once; each takes at most 10.4 MiB of memory, or 16.4 with a parent,
    ///     and the less the slower its source is.
    ///   - sharesWithCopies: True to put sweeps off while another process copies the store, see `BlobFolder`.
    ///
    /// Throws `.fileSystem` and `.noRoom`.
    package init(
        root: String, fileSystem: any FileSystem = PosixFileSystem(), chunks: any ChunkIndex = InMemoryChunkIndex(),
        clock: @escaping @Sendable () -> Timestamp,
        threadCount: Int = 4, uploadLimit: Int = 32, sharesWithCopies: Bool = false
    ) throws(BlobError) {
        self.sharesWithCopies = sharesWithCopies
        directory = try BlobDirectory(root: root, fileSystem: fileSystem, chunks: chunks, clock: clock)
        executors = FileExecutor.Pool(width: threadCount)
        maintenance = FileWorker(executor: FileExecutor(label: "pivot.blobs.maintenance"))
        self.uploadLimit = uploadLimit
    }

    /// A store of the objects of `folder` for reading alone: it makes and removes nothing, and another process may have the
    /// folder.
    package init(reading folder: BlobFolder) {
        directory = folder.directory
        executors = FileExecutor.Pool(width: 2)
        maintenance = FileWorker(executor: FileExecutor(label: "pivot.blobs.maintenance"))
        (uploadLimit, sharesWithCopies) = (0, false)
    }

    package func put<Source: AsyncSequence>(
        contentsOf source: Source, hint: BlobHint, parent: Digest?
    ) async throws(BlobError) -> StoredBlob where Source.Element == ByteBuffer {
        let number = uploadCount.wrappingAdd(1, ordering: .relaxed).newValue
        defer { uploadCount.wrappingSubtract(1, ordering: .relaxed) }
        guard number <= uploadLimit else { throw .tooManyUploads(limit: uploadLimit) }
        let upload = try await newUpload(hint: hint, parent: parent)
        do {
            return try await upload.take(source)
        } catch {
            await upload.abandon()
            throw error
        }
    }

    private func newUpload(hint: BlobHint, parent: Digest?) async throws(BlobError) -> BlobUpload {
        let executors = executors
        let directory = directory
        return try await FileWorker(executor: executors.executor()).run { () throws(BlobError) in
            let pin = try directory.beginUpload()
            do throws(BlobError) {
                return try BlobUpload(
                    directory: directory, hint: hint, parent: parent, pin: pin, executors: executors)
            } catch {
                directory.release(pin)
                throw error
            }
        }
    }

    package func release(_ pin: BlobPin) async {
        let directory = directory
        await FileWorker(executor: executors.executor()).run { directory.release(pin) }
    }

    package func discard(_ pin: BlobPin) async {
        let directory = directory
        await FileWorker(executor: executors.executor()).run { directory.discard(pin) }
    }

    package func renew(_ digest: Digest) async throws(BlobError) -> BlobPin? {
        let directory = directory
        return try await FileWorker(executor: executors.executor()).run { () throws(BlobError) in
            let pin = directory.newPin()
            do throws(BlobError) {
                if try directory.renew(digest, pin: pin) != nil { return pin }
            } catch {
                directory.release(pin)
                throw error
            }
            directory.release(pin)
            return nil
        }
    }

    package func information(about digest: Digest) async throws(BlobError) -> BlobInformation? {
        let directory = directory
        return try await FileWorker(executor: executors.executor()).run { () throws(BlobError) in
            try directory.information(about: digest)
        }
    }

    package func open(_ digest: Digest) async throws(BlobError) -> BlobReader {
        let directory = directory
        let executor = executors.executor()
        return try await FileWorker(executor: executor).run { () throws(BlobError) in
            let pin = directory.newPin()
            do throws(BlobError) {
                let pack = try directory.packPinningReferences(digest, pin: pin)
                let contents = try FileBlobContents(pack: pack, directory: directory, pin: pin, executor: executor)
                return BlobReader(digest: digest, byteCount: pack.table.byteCount, contents: contents)
            } catch {
                directory.release(pin)
                throw error
            }
        }
    }

    package func verify(_ digest: Digest) async throws(BlobError) {
        var hasher = Digest.Hasher()
        var bytes = try await open(digest).bytes().makeAsyncIterator()
        while let buffer = try await bytes.next() {
            buffer.withUnsafeReadableBytes { hasher.update($0) }
        }
        let directory = directory
        let isBundle = try await FileWorker(executor: executors.executor()).run { () throws(BlobError) in
            try directory.pack(digest)?.table.isBundle ?? false
        }
        guard isBundle || hasher.finalize() == digest else {
            directory.noteDamage(of: [digest])
            throw .damaged(digest, .content)
        }
    }

    package func all() async throws(BlobError) -> [Digest] {
        let directory = directory
        return try await maintenance.run { () throws(BlobError) in try directory.all() }
    }

    package func usage(of uses: BlobUses) async throws(BlobError) -> BlobUsage {
        let directory = directory
        return try await maintenance.run { () throws(BlobError) in try directory.usage(of: uses) }
    }

    package func beginSweep(now: Timestamp) async -> BlobMarks {
        let directory = directory
        return await maintenance.run { directory.beginSweep(now: now) }
    }

    package func sweep(keeping marks: BlobMarks, olderThan grace: Duration) async throws(BlobError) -> SweepReport {
        let directory = directory
        let limit = marks.beginning.advanced(by: .zero - grace)
        let isLocked = sharesWithCopies
        return try await maintenance.run { () throws(BlobError) in
            let lock = isLocked ? try SweepLock.alone(directory.layout) : nil
            guard lock != nil || !isLocked else {
                var report = SweepReport()
                report.isPostponed = true
                return report
            }
            defer { withExtendedLifetime(lock) {} }
            let report = try directory.sweep(keeping: marks, renewedBefore: limit)
            if report.deletedCount > 0 { directory.forgetDeletedChunks() }
            return report
        }
    }
}
