import LMDB
import Synchronization
package import Tracking

/// The place where a chunk's bytes lie: in the content of an object.
package struct ChunkLocation: Equatable, Sendable {
    package var object: Digest
    package var offset: Int
    package var byteCount: Int

    package init(object: Digest, offset: Int, byteCount: Int) {
        self.object = object
        self.offset = offset
        self.byteCount = byteCount
    }
}

/// Tells where the bytes of chunks lie that were stored before.
///
/// It is a help, not a truth: what it names may be gone, which whoever asks finds out; and what it does not know is stored
/// once more. So it fails at nothing.
package protocol ChunkIndex: Sendable {
    /// The place of the bytes with a digest; nil when none is known.
    func location(of chunk: Digest) -> ChunkLocation?

    /// Notes the places of chunks, in the place of earlier ones.
    func add(_ chunks: [(digest: Digest, location: ChunkLocation)])

    /// Forgets the places in all objects that `isThere` is false of.
    func forget(unless isThere: (Digest) -> Bool)
}

/// Places in memory: for tests, and stores that are no folder of this machine.
package final class InMemoryChunkIndex: ChunkIndex {
    private let places = Mutex<[Digest: ChunkLocation]>([:])

    package init() {}

    package func location(of chunk: Digest) -> ChunkLocation? { places.withLock { $0[chunk] } }

    package func add(_ chunks: [(digest: Digest, location: ChunkLocation)]) {
        places.withLock { places in for chunk in chunks { places[chunk.digest] = chunk.location } }
    }

    package func forget(unless isThere: (Digest) -> Bool) {
        let objects = places.withLock { Set($0.values.map(\.object)) }.filter { !isThere($0) }
        guard !objects.isEmpty else { return }
        places.withLock { places in places = places.filter { !objects.contains($0.value.object) } }
    }
}

/// Places in a database of a folder, so that their number takes no memory: about 75 bytes of disk for a chunk.
///
/// Keys are the first 20 bytes of the chunks' digests, of which no two have ever been alike; values the number of the object, the
/// offset and the byte count, 4 bytes each, little-endian. Another database has the objects' digests by their numbers, 4 bytes,
/// the highest first, and their numbers by their digests.
/// A database that is damaged is deleted and begun anew.
package final class StoredChunkIndex: ChunkIndex {
    private struct Tables {
        let environment: Environment
        let chunks: Database
        let objects: Database
    }

    private let parent: String
    private let folder: String
    private let fileSystem: any FileSystem
    private let tables: Mutex<Tables?>

    /// Opens the index in the folder `name` of `parent`; both are made when they are missing.
    package init(in parent: String, name: String = "index", fileSystem: any FileSystem = PosixFileSystem()) {
        self.parent = parent
        folder = parent + "/" + name
        self.fileSystem = fileSystem
        tables = Mutex(nil)
        tables.withLock { $0 = open() }
    }

    private func open() -> Tables? {
        for attempt in 0..<2 {
            do {
                try fileSystem.createDirectory(parent)
                try fileSystem.createDirectory(folder)
                if attempt > 0 { try removeFiles() }
                var options = EnvironmentOptions()
                options.syncsMetaPage = false
                options.findsDamage = true
                // One thread at a time is here; a place takes 64 bytes of a file.
                options.maximumReaders = 16
                let environment = try Environment(path: folder, options: options)
                return Tables(
                    environment: environment, chunks: try environment.database("chunks"),
                    objects: try environment.database("objects"))
            } catch let error as LMDBError where error.meansDamage {
                continue
            } catch {
                return nil
            }
        }
        return nil
    }

    private func removeFiles() throws(FileSystemError) {
        for name in try fileSystem.list(folder) { try fileSystem.remove(folder + "/" + name) }
    }

    /// Runs `body` on the databases; nil when there are none. After damage they are begun anew.
    private func attempt<Value>(_ body: (Tables) throws(LMDBError) -> Value) -> Value? {
        tables.withLock { tables in
            guard let opened = tables else { return nil }
            do throws(LMDBError) {
                return try body(opened)
            } catch {
                guard error.meansDamage else { return nil }
                tables = nil
                opened.environment.close()
                do throws(FileSystemError) { try removeFiles() } catch { return nil }
                tables = open()
                return nil
            }
        }
    }

    package func location(of chunk: Digest) -> ChunkLocation? {
        let found = attempt { (tables) throws(LMDBError) -> ChunkLocation? in
            try tables.environment.read { (transaction) throws(LMDBError) in
                guard let value = try transaction.value(for: Self.key(chunk), in: tables.chunks), value.count == 12
                else {
                    return nil
                }
                func number(_ offset: Int) -> UInt32 {
                    value.withUnsafeBytes { $0.littleEndian(at: offset, as: UInt32.self) }
                }
                let key = Self.key(number(0))
                guard let object = try transaction.value(for: key, in: tables.objects).flatMap({ Digest(bytes: $0) })
                else { return nil }
                return ChunkLocation(object: object, offset: Int(number(4)), byteCount: Int(number(8)))
            }
        }
        return found ?? nil
    }

    package func add(_ chunks: [(digest: Digest, location: ChunkLocation)]) {
        guard !chunks.isEmpty else { return }
        _ = attempt { (tables) throws(LMDBError) in
            try tables.environment.write { (transaction) throws(LMDBError) in
                var numbers: [Digest: UInt32] = [:]
                for chunk in chunks {
                    let object = chunk.location.object
                    let number: UInt32
                    if let known = numbers[object] {
                        number = known
                    } else {
                        number = try Self.number(of: object, tables.objects, transaction)
                        numbers[object] = number
                    }
                    var value: [UInt8] = []
                    for part in [number, UInt32(chunk.location.offset), UInt32(chunk.location.byteCount)] {
                        value.append(littleEndian: part)
                    }
                    try transaction.put(value, for: Self.key(chunk.digest), in: tables.chunks)
                }
            }
        }
    }

    package func forget(unless isThere: (Digest) -> Bool) {
        var gone: [UInt32: Digest] = [:]
        _ = attempt { (tables) throws(LMDBError) in
            try tables.environment.read { (transaction) throws(LMDBError) in
                try transaction.forEach(in: tables.objects) { entry in
                    guard entry.key.count == 4, let object = Digest(bytes: Array(entry.value)), !isThere(object) else {
                        return .next
                    }
                    gone[UInt32(bigEndian: entry.key.loadUnaligned(as: UInt32.self))] = object
                    return .next
                }
            }
        }
        guard !gone.isEmpty else { return }
        var last: [UInt8]?
        // Some thousand at a time, so that nobody waits long for the database.
        while true {
            let step = attempt { (tables) throws(LMDBError) -> (chunks: [[UInt8]], last: [UInt8]?) in
                try tables.environment.read { (transaction) throws(LMDBError) in
                    var chunks: [[UInt8]] = []
                    var (next, count): ([UInt8]?, Int) = (nil, 0)
                    try transaction.forEach(
                        in: tables.chunks, range: KeyRange(lower: last.map { .excluded($0) } ?? .unbounded)
                    ) { entry in
                        count += 1
                        next = Array(entry.key)
                        if entry.value.count == 12, gone[entry.value.littleEndian(at: 0, as: UInt32.self)] != nil {
                            chunks.append(Array(entry.key))
                        }
                        return count < 4096 ? .next : .stop
                    }
                    return (chunks, next)
                }
            }
            guard let step, step.last != nil else { break }
            last = step.last
            _ = attempt { (tables) throws(LMDBError) in
                try tables.environment.write { (transaction) throws(LMDBError) in
                    for chunk in step.chunks { _ = try transaction.delete(chunk, in: tables.chunks) }
                }
            }
        }
        _ = attempt { (tables) throws(LMDBError) in
            try tables.environment.write { (transaction) throws(LMDBError) in
                for (number, object) in gone {
                    _ = try transaction.delete(Self.key(number), in: tables.objects)
                    _ = try transaction.delete(object.bytes, in: tables.objects)
                }
            }
        }
    }

    private static func key(_ chunk: Digest) -> [UInt8] { Array(chunk.bytes.prefix(20)) }

    private static func key(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    /// The number of an object, which gets the next one when it has none.
    private static func number(
        of object: Digest, _ objects: Database, _ transaction: borrowing WriteTransaction
    ) throws(LMDBError) -> UInt32 {
        if let known = try transaction.value(for: object.bytes, in: objects), known.count == 4 {
            return known.withUnsafeBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
        }
        let lastKey = Array("last".utf8) + [0]
        let last = try transaction.value(for: lastKey, in: objects)
        let number =
            (last.map { $0.withUnsafeBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) } } ?? 0) &+ 1
        try transaction.put(key(number), for: lastKey, in: objects)
        try transaction.put(object.bytes, for: key(number), in: objects)
        try transaction.put(key(number), for: object.bytes, in: objects)
        return number
    }
}
