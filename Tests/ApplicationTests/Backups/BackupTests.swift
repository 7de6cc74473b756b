import Application
import Blobs
import EventLog
import Foundation
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing
import Tracking
import Transparency

@Suite("Backups and restores")
struct BackupTests {
    private struct Cut: Error {}

    /// Says to writers that they are done.
    private final class Ending: Sendable {
        let isReached = Atomic(false)
    }

    @Test("what is restored equals the source: records, tree, indexes, blobs; and it can be gone on with")
    func roundTrip() async throws {
        let bed = try BackupBed()
        let digests = try await bed.withStores { store, blobs in
            try await BackupBed.append(0..<300, to: store)
            var digests: [Digest] = []
            for number in 1...5 { digests.append(try await BackupBed.put(number, in: blobs)) }
            let report = try await bed.backUp(try bed.source(store))
            #expect(report.from == .start && report.to == store.head)
            #expect(report.recordCount == Int(store.head.rawValue))
            #expect(report.objectCount >= 5 && report.manifest.damaged.isEmpty)
            return digests
        }
        #expect(try await bed.restore() == [])
        let (source, restored) = (try await bed.content(of: bed.data), try await bed.content(of: bed.restored))
        #expect(restored.events == source.events)
        #expect(restored.tree == source.tree)
        let reader = FileBlobStore(reading: BlobFolder(reading: bed.restored + "/blobs"))
        for digest in digests { try await reader.verify(digest) }
        let directory = try DataDirectory(path: bed.restored, address: "a test")
        let store = try LMDBEventStore(in: directory, options: bed.options)
        #expect(try await store.append(BackupBed.request(7)).isRepeat)
        #expect(try await store.append(BackupBed.request(300)).first == source.events.last?.position.next)
        await store.close()
        directory.unlock()
        #expect(FileManager.default.fileExists(atPath: directory.webhooksPausedFile))
    }

    @Test("a backup beside many writers is a prefix that holds all that was acknowledged before it")
    func beside() async throws {
        let bed = try BackupBed()
        try await bed.withStores { store, _ in
            let ending = Ending()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        var number = 1000 * writer
                        while !ending.isReached.load(ordering: .relaxed) {
                            _ = try await store.append(BackupBed.request(number))
                            number += 1
                        }
                    }
                }
                for _ in 0..<5 {
                    _ = try await store.waitForEvents(after: store.head, matching: .all)
                    let acknowledged = store.head
                    let report = try await bed.backUp(try bed.source(store))
                    #expect(report.to >= acknowledged)
                }
                ending.isReached.store(true, ordering: .relaxed)
                try await group.waitForAll()
            }
        }
        _ = try await bed.restore()
        let (source, restored) = (try await bed.content(of: bed.data), try await bed.content(of: bed.restored))
        #expect(restored.events == Array(source.events.prefix(restored.events.count)))
    }

    @Test(
        "one that is cut short at any point is no backup, and goes on the next time", arguments: Backup.Point.allCases)
    func cut(point: Backup.Point) async throws {
        for count in [1, 2] {
            let bed = try BackupBed()
            try await bed.withStores { store, blobs in
                try await BackupBed.append(0..<5000, to: store)
                for number in 1...3 { _ = try await BackupBed.put(number, in: blobs) }
                let reached = Mutex(0)
                do {
                    try await bed.backUp(try bed.source(store)) { here in
                        guard here == point else { return }
                        let isThere = reached.withLock { reached in
                            reached += 1
                            return reached == count
                        }
                        if isThere { throw Cut() }
                    }
                } catch is Cut {
                    #expect(throws: BackupError.self) { try BackupReader(path: bed.backup) }
                }
                let report = try await bed.backUp(try bed.source(store))
                #expect(report.to == store.head)
            }
            #expect(try await bed.restore() == [])
            #expect(try await bed.content(of: bed.restored).events == bed.content(of: bed.data).events)
        }
    }

    @Test("a second backup adds only what is new, and the one before stays whole when it is cut short")
    func increment() async throws {
        let bed = try BackupBed()
        try await bed.withStores { store, blobs in
            try await BackupBed.append(0..<50, to: store)
            let first = try await bed.backUp(try bed.source(store))
            try await BackupBed.append(50..<80, to: store)
            _ = try await BackupBed.put(1, in: blobs)
            await #expect(throws: Cut.self) {
                try await bed.backUp(try bed.source(store)) { if $0 == .beforeManifest { throw Cut() } }
            }
            #expect(try BackupReader(path: bed.backup).manifest == first.manifest)
            #expect(try await bed.restore() == [])
            #expect(try await bed.content(of: bed.restored).events.count == Int(first.to.rawValue))
            let second = try await bed.backUp(try bed.source(store))
            #expect(second.recordCount == 0 && second.from == store.head && second.to == store.head)
        }
    }

    @Test("what only the journal of a dead process has is in the backup")
    func journal() async throws {
        let bed = try BackupBed()
        try await bed.withStores { store, _ in
            try await BackupBed.append(0..<4, to: store)
            // A copy of the files is what a process that is killed now leaves.
            try FileManager.default.createDirectory(
                atPath: bed.folder.path + "/dead", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: bed.data + "/log", toPath: bed.folder.path + "/dead/log")
            let report = try await bed.backUp(BackupSource(readingFolderAt: bed.folder.path + "/dead"))
            #expect(report.to == store.head)
        }
    }

    @Test("sweeps wait while a backup is made")
    func sweeps() async throws {
        let bed = try BackupBed()
        try await bed.withStores { store, blobs in
            let digest = try await BackupBed.put(1, in: blobs)
            let later = bed.options.clock().advanced(by: .seconds(1))
            var source: BackupSource? = try bed.source(store)
            let marks = await blobs.beginSweep(now: later)
            #expect(try await blobs.sweep(keeping: marks, olderThan: .zero).isPostponed)
            #expect(try await blobs.information(about: digest) != nil)
            withExtendedLifetime(source) {}
            source = nil
            let report = try await blobs.sweep(keeping: marks, olderThan: .zero)
            #expect(!report.isPostponed && report.deletedCount > 0)
        }
    }

    @Test("a changed bit of a blob or of the manifest's root is named, and so is a missing blob")
    func damage() async throws {
        let bed = try BackupBed()
        let digest = try await bed.withStores { store, blobs in
            try await BackupBed.append(0..<20, to: store)
            let digest = try await BackupBed.put(1, in: blobs)
            try await bed.backUp(try bed.source(store))
            return digest
        }
        try BackupBed.flip(BackupBed.object(digest, in: bed.backup))
        #expect(try await bed.restore() == [digest])
        try FileManager.default.removeItem(atPath: bed.restored)
        try FileManager.default.removeItem(atPath: BackupBed.object(digest, in: bed.backup))
        await #expect(throws: BackupError.self) { try await bed.restore() }
        var manifest = try BackupReader(path: bed.backup).manifest
        manifest.tree = TreeHead(size: manifest.tree.size, root: .empty)
        try DurableFile(DataDirectory.backupManifestFile(inFolderAt: bed.backup)).write(manifest.encoded)
        await #expect(throws: BackupError.self) { try await bed.restore() }
    }

    @Test("content that is removed after a backup leaves it with the next one, and the proofs stay")
    func redaction() async throws {
        let bed = try BackupBed()
        try await bed.withStores { store, _ in
            try await BackupBed.append(0..<20, to: store)
            try await bed.backUp(try bed.source(store))
            let first = LogPosition.start.next
            let named = try SessionEvent.redacted(.with { ($0.positions, $0.reason) = ([first], "a test") }).encoded()
            let command = try #require(CommandID("command-redaction"))
            var request = AppendRequest(
                stream: StreamID(.session, "sess_0"), events: [named], expecting: .any, commandID: command,
                commandDigest: Digest(hashing: []), actor: "test")
            request.redacting = [RecordRemainder(position: first, payload: Array("left".utf8))]
            _ = try await store.append(request)
            try await bed.backUp(try bed.source(store))
        }
        _ = try await bed.restore()
        let (source, restored) = (try await bed.content(of: bed.data), try await bed.content(of: bed.restored))
        #expect(restored.events == source.events && restored.tree == source.tree)
        #expect(restored.events.first?.payload == Array("left".utf8))
        #expect(restored.events.first?.redactedBy == source.events.last?.position)
    }

    @Test("a restore holds against an earlier tree head of the same log, and not against another one")
    func since() async throws {
        let bed = try BackupBed()
        let early = try await bed.withStores { store, _ in
            try await BackupBed.append(0..<20, to: store)
            try store.flush()
            let early = try store.frontier().head
            try await BackupBed.append(20..<40, to: store)
            try await bed.backUp(try bed.source(store))
            return early
        }
        await #expect(throws: BackupError.self) {
            try await bed.restore(expecting: TreeHead(size: early.size, root: .empty))
        }
        await #expect(throws: BackupError.self) {
            try await bed.restore(expecting: TreeHead(size: 1000, root: early.root))
        }
        #expect(try await bed.restore(expecting: early) == [])
    }

    @Test("folders that hold anything else are left alone, and no server starts on a backup or half a restore")
    func folders() async throws {
        let bed = try BackupBed()
        try await bed.withStores { store, _ in
            try await BackupBed.append(0..<3, to: store)
            try await bed.backUp(try bed.source(store))
        }
        #expect(throws: BackupError.self) { try BackupFolder(path: bed.data, options: bed.options) }
        #expect(throws: BackupError.self) { try Restoration(path: bed.data, options: bed.options) }
        let half = try Restoration(path: bed.restored, options: bed.options)
        half.directory.unlock()
        for path in [bed.backup, bed.restored] {
            let directory = try DataDirectory(path: path, address: "a test")
            #expect(throws: StorageError.self) { try LMDBEventStore(in: directory, options: bed.options) }
            directory.unlock()
        }
        #expect(try await bed.restore() == [])
    }
}
