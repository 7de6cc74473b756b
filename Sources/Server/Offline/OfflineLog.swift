package import Application
import Blobs
package import EventLog
import Foundation
import LMDB
import NIOCore
import ReadModels
package import Tracking
package import Transparency

/// The files of a server that does not run, for whoever verifies them or tells others of them.
///
/// Opening it does what the next start of a server would do: it takes over what the journal has. `close()` it before the data
/// directory is unlocked.
package final class OfflineLog: Sendable {
    private let directory: DataDirectory
    /// The log.
    package let store: LMDBEventStore

    /// Opens the log in `directory`, which must have one.
    ///
    /// - Throws: `damaged`, with what is wrong, and `newerFormat`.
    package init(in directory: DataDirectory) throws(StorageError) {
        guard FileManager.default.fileExists(atPath: directory.logFolder) else {
            throw StorageError(.failed, "There is no log in \(directory.path). Name the data directory of a server.")
        }
        self.directory = directory
        var options = EventLogOptions()
        options.release = PIVOTVersion.current
        store = try LMDBEventStore(in: directory, options: options)
    }

    /// Lets go of the log.
    package func close() async { await store.close() }

    /// The public parts of the keys in the file of keys, the newest first; none when there is no file.
    ///
    /// - Throws: `AuditError` when the file is not to be used.
    package func keys() throws(AuditError) -> [VerifierKey] {
        // A key is made only by whoever signs.
        guard FileManager.default.fileExists(atPath: directory.logKeyFile) else { return [] }
        return try LogKeyFile(path: directory.logKeyFile).load(origin: nil, hasSigned: true).map(\.verifier)
    }

    /// The last tree head that was signed; nil when none was.
    ///
    /// - Throws: `AuditError` when the file is not one.
    package func lastTreeHead() throws(AuditError) -> SignedTreeHead? {
        try LogHeadFile(path: directory.logHeadFile).load()
    }

    /// The heads of the trees of the first records, by their sizes, computed from the records' headers.
    ///
    /// - Parameters:
    ///   - sizes: At most as many as the log has records.
    ///   - progress: Called with the number of records that were read.
    package func treeHeads(
        ofSizes sizes: Set<UInt64>, progress: (UInt64) -> Void
    ) async throws(StorageError) -> [UInt64: TreeHead] {
        var frontier = Frontier()
        var heads: [UInt64: TreeHead] = [0: .empty]
        let last = sizes.max() ?? 0
        while frontier.size < last {
            let headers = try await store.headers(after: LogPosition(frontier.size), limit: 4096)
            guard !headers.isEmpty else { return heads }
            for header in headers {
                frontier.append(.leaf(header))
                if sizes.contains(frontier.size) { heads[frontier.size] = frontier.head }
            }
            progress(frontier.size)
        }
        return heads
    }

    /// Tree heads and proofs as a server gives them: a tree head is signed when the log has grown since the last one.
    ///
    /// - Throws: `AuditError` when nothing can be signed.
    package func audit(progress: @escaping @Sendable (UInt64, UInt64) -> Void) async throws -> Audit {
        let tiles = try TreeTiles(folder: directory.treeFolder)
        let projection = TileProjection(tiles, of: store, readers: ReaderPool(), progress: progress)
        try await projection.catchUp(to: try await store.treeHead(isCurrent: true))
        let settings = TreeSigner.Settings(
            keyFile: LogKeyFile(path: directory.logKeyFile), headFile: LogHeadFile(path: directory.logHeadFile),
            origin: nil, sender: NoSender(), status: AuditStatus(), now: EventLogOptions.systemClock)
        let signer = try await TreeSigner(settings, store: store, projection: projection)
        return Audit(store: store, projection: projection, signer: signer)
    }

    /// The bytes of the file with `digest`.
    ///
    /// - Throws: `BlobError` when it is missing or damaged.
    package func blob(_ digest: Digest) async throws -> [UInt8] {
        var content: [UInt8] = []
        var bytes = try await blobs().open(digest).bytes().makeAsyncIterator()
        while let buffer = try await bytes.next() { content += buffer.readableBytesView }
        return content
    }

    /// The files that events of the log name and no later one deletes, each digest once, with the session that saved it.
    ///
    /// - Throws: `StorageError`, and `EventCodecError` when an event cannot be read.
    package func namedFiles(progress: (UInt64) -> Void) async throws -> [(digest: Digest, session: StreamID)] {
        var sessions: [StreamID: SessionFiles] = [:]
        var order: [StreamID] = []
        var position = LogPosition.start
        while position < store.head {
            let batch = try await store.events(after: position, limit: .standard, matching: .categories([.session]))
            for event in batch.events where !event.payload.isEmpty {
                if sessions[event.stream] == nil { order.append(event.stream) }
                sessions[event.stream, default: SessionFiles()].add(
                    try SessionEvent(type: event.type, payload: event.payload))
            }
            position = batch.through
            progress(position.rawValue)
        }
        var known: Set<Digest> = []
        return order.flatMap { stream in
            (sessions[stream]?.all ?? []).map(\.digest).filter { known.insert($0).inserted }.map { ($0, stream) }
        }
    }

    /// Reads each of `files` and compares it with its digest.
    ///
    /// - Parameter progress: Called with the number of files that were read.
    /// - Returns: What is wrong, for each that is missing or damaged.
    package func faults(
        of files: [(digest: Digest, session: StreamID)], progress: (UInt64) -> Void
    ) async throws -> [String] {
        var faults: [String] = []
        let blobs = try blobs()
        for (number, file) in files.enumerated() {
            do throws(BlobError) {
                try await blobs.verify(file.digest)
            } catch {
                switch error {
                case .notFound, .damaged, .unsupportedVersion:
                    faults.append("\(file.session) names \(file.digest). \(error)")
                default: throw error
                }
            }
            progress(UInt64(number + 1))
        }
        return faults
    }

    private func blobs() throws(BlobError) -> FileBlobStore {
        try FileBlobStore(
            root: directory.blobsFolder, chunks: StoredChunkIndex(in: directory.blobsFolder),
            clock: EventLogOptions.systemClock)
    }
}

/// Asks no witness: whoever opens the files of a server may be without a network.
private struct NoSender: WitnessSender {
    func post(_ body: [UInt8], to url: String) async throws -> (status: Int, type: String?, body: [UInt8]) {
        throw AuditError.signing("No witness is asked while the server does not run.")
    }
}
