import Application
import Blobs
import EventLog
import Foundation
import LMDB
import NIOCore
import ReadModels
import TestSupport
import Testing
import Tracking
import Transparency

/// A data directory that a test writes, and places for backups of it.
struct BackupBed {
    let folder: TemporaryDirectory
    let options: EventLogOptions

    var data: String { folder.path + "/data" }
    var backup: String { folder.path + "/backup" }
    var restored: String { folder.path + "/restored" }

    init() throws {
        folder = try TemporaryDirectory()
        var options = EventLogOptions()
        options.environment.mapByteCount = 1 << 30
        self.options = options
    }

    /// Calls `body` with the log and the blobs of the data directory, and closes them.
    func withStores<Value>(
        _ body: (LMDBEventStore, FileBlobStore) async throws -> Value
    ) async throws -> Value {
        let directory = try DataDirectory(path: data, address: "a test")
        let store = try LMDBEventStore(in: directory, options: options)
        let blobs = try FileBlobStore(
            root: directory.blobsFolder, clock: options.clock, sharesWithCopies: true)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(store, blobs))
        } catch {
            result = .failure(error)
        }
        await store.close()
        directory.unlock()
        return try result.get()
    }

    /// A command of one to three events to one of five streams.
    static func request(_ number: Int) -> AppendRequest {
        let texts = (0...number % 3).map { "\(number) \($0) " + String(repeating: "x", count: number * 37 % 900) }
        guard let command = CommandID("command-\(number)") else { preconditionFailure("it is a command id") }
        return AppendRequest(
            stream: StreamID(number % 2 == 0 ? .session : .telemetry, "sess_\(number % 5)"),
            events: texts.map { NewEvent(type: "noted", payload: Array($0.utf8)) }, expecting: .any,
            commandID: command, commandDigest: Digest(hashing: Array("\(number)".utf8)), actor: "test")
    }

    /// Appends the commands of these numbers, many at a time, in no order.
    static func append(_ numbers: Range<Int>, to store: LMDBEventStore) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<64 {
                group.addTask {
                    for number in numbers where number % 64 == writer { _ = try await store.append(request(number)) }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Stores a file of text that depends on the number, and ends its pin.
    static func put(_ number: Int, in blobs: FileBlobStore) async throws -> Digest {
        let text = (0..<2000).map { "\(number) \($0 * number)" }.joined(separator: ",")
        let stored = try await blobs.put(ByteBuffer(string: text))
        await blobs.release(stored.pin)
        return stored.digest
    }

    /// A source for which the store of this process is open.
    func source(_ store: LMDBEventStore) throws -> BackupSource {
        try BackupSource(
            log: { try store.source() }, blobs: BlobFolder(reading: DataDirectory.blobsFolder(inFolderAt: data)))
    }

    @discardableResult
    func backUp(
        _ source: BackupSource, reach: @escaping @Sendable (Backup.Point) throws -> Void = { _ in }
    ) async throws -> BackupReport {
        let target = try BackupFolder(path: backup, options: options)
        defer { target.close() }
        return try await Backup(of: source, release: "1.2.3", now: options.clock, reach: reach).run(into: target)
    }

    /// Restores the backup; says which blobs are damaged.
    func restore(expecting head: TreeHead? = nil) async throws -> [Digest] {
        let reader = try BackupReader(path: backup)
        let restoration = try Restoration(path: restored, expecting: head, options: options)
        defer { restoration.directory.unlock() }
        try await reader.feed(restoration)
        return try await restoration.finish(reader.manifest).map(\.digest)
    }

    /// All events of the log in a data directory, its tree, and whether it verifies.
    func content(of path: String) async throws -> (events: [RecordedEvent], tree: TreeHead) {
        let directory = try DataDirectory(path: path, address: "a test")
        let store = try LMDBEventStore(in: directory, options: options)
        var events: [RecordedEvent] = []
        while events.count < store.head.rawValue {
            let after = events.last?.position ?? .start
            events += try await store.events(after: after, limit: ReadLimit(count: 10_000), matching: .all).events
        }
        let verification = try store.verify()
        #expect(verification.recordCount == events.count)
        let tree = try store.frontier().head
        await store.close()
        directory.unlock()
        return (events, tree)
    }

    /// Changes a byte of the file at `path` in its middle.
    static func flip(_ path: String) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count / 2] ^= 0x10
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    static func object(_ digest: Digest, in path: String) -> String {
        "\(path)/blobs/objects/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))"
    }
}
