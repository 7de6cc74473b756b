package import NIOCore
import Synchronization
package import Tracking

/// A blob store in a folder of files.
///
/// One process at a time opens a folder; whoever owns the data directory holds its lock. Compressing, hashing and all
/// disk calls happen on a few threads of the store's own, a frame at a time, never on the caller's. The format of its
/// files is the article <doc:PackFormat>.
package final class FileBlobStore: BlobStore {
    private let directory: BlobDirectory
    private let executors: FileExecutor.Pool
    private let maintenance: FileWorker
    private let uploadLimit: Int
    private let uploadCount = Atomic<Int>(0)

    /// The bytes of an upload that are gathered before they go to the upload's thread.
    private static let batchByteCount = 256 * 1024

    /// Opens the store in the folder `root`, makes it when there is none, and removes what dead processes left.
    ///
    /// - Parameters:
    ///   - root: the folder; its parent exists.
    ///   - fileSystem: the disk.
    ///   - clock: tells the time at which blobs are put and renewed.
    ///   - threadCount: the threads that uploads and readers share.
    ///   - uploadLimit: the most uploads that may go on at once; each takes about 7 MiB of memory.
    ///
    /// Throws `.fileSystem` and `.noRoom`.
    package init(
        root: String, fileSystem: any FileSystem = PosixFileSystem(), clock: @escaping @Sendable () -> Timestamp,
        threadCount: Int = 2, uploadLimit: Int = 32
    ) throws(BlobError) {
        directory = try BlobDirectory(root: root, fileSystem: fileSystem, clock: clock)
        executors = FileExecutor.Pool(width: threadCount)
        maintenance = FileWorker(executor: FileExecutor(label: "pivot.blobs.maintenance"))
        self.uploadLimit = uploadLimit
    }

    package func put<Source: AsyncSequence>(
        contentsOf source: Source, hint: BlobHint
    ) async throws(BlobError) -> StoredBlob where Source.Element == ByteBuffer {
        let number = uploadCount.wrappingAdd(1, ordering: .relaxed).newValue
        defer { uploadCount.wrappingSubtract(1, ordering: .relaxed) }
        guard number <= uploadLimit else { throw .tooManyUploads(limit: uploadLimit) }
        let upload = try await newUpload(hint: hint)
        do {
            try await send(source, to: upload)
            return try await upload.finish()
        } catch {
            await upload.abandon()
            throw error
        }
    }

    private func newUpload(hint: BlobHint) async throws(BlobError) -> BlobUpload {
        let executor = executors.executor()
        let directory = directory
        return try await FileWorker(executor: executor).run { () throws(BlobError) in
            let pin = try directory.beginUpload()
            do throws(BlobError) {
                return try BlobUpload(directory: directory, hint: hint, pin: pin, executor: executor)
            } catch {
                directory.release(pin)
                throw error
            }
        }
    }

    /// Hands the source's bytes to the upload, so many at a time that the change of threads does not count.
    private func send<Source: AsyncSequence>(
        _ source: Source, to upload: BlobUpload
    ) async throws(BlobError) where Source.Element == ByteBuffer {
        var iterator = source.makeAsyncIterator()
        var batch: [ByteBuffer] = []
        var byteCount = 0
        while true {
            let next: ByteBuffer?
            do { next = try await iterator.next() } catch { throw .sourceFailed(error) }
            guard let next else { break }
            batch.append(next)
            byteCount += next.readableBytes
            if byteCount >= Self.batchByteCount {
                try await upload.append(batch)
                batch.removeAll(keepingCapacity: true)
                byteCount = 0
            }
        }
        try await upload.append(batch)
    }

    package func release(_ pin: BlobPin) async {
        let directory = directory
        await FileWorker(executor: executors.executor()).run { directory.release(pin) }
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
                let pack = try directory.packPinningTensors(digest, pin: pin)
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
        guard hasher.finalize() == digest else {
            directory.noteDamage(of: digest)
            throw .damaged(digest, .content)
        }
    }

    package func all() async throws(BlobError) -> [Digest] {
        let directory = directory
        return try await maintenance.run { () throws(BlobError) in try directory.all() }
    }

    package func beginSweep(now: Timestamp) async -> BlobMarks {
        let directory = directory
        return await maintenance.run { directory.beginSweep(now: now) }
    }

    package func sweep(keeping marks: BlobMarks, olderThan grace: Duration) async throws(BlobError) -> SweepReport {
        let directory = directory
        let limit = marks.beginning.advanced(by: .zero - grace)
        return try await maintenance.run { () throws(BlobError) in
            try directory.sweep(keeping: marks, renewedBefore: limit)
        }
    }
}
