import Synchronization
import Tracking

/// The objects of a store on disk, and who needs them: the synchronous core under `FileBlobStore`.
///
/// One process opens a directory at a time; the lock of the data directory sees to that. Decisions about an object
/// (renew, publish, pin, delete) are taken under one lock, so that none goes between another's look and its deed.
final class BlobDirectory: Sendable {
    let fileSystem: any FileSystem
    let layout: BlobLayout
    /// Where the chunks of files lie.
    let chunks: any ChunkIndex
    private let clock: @Sendable () -> Timestamp
    private let state = Mutex(State())

    /// The state that the lock guards.
    struct State {
        var pins = PinTable()
        var lastTemporary: UInt64 = 0
        /// Objects a reader found damaged, and those beside them: the next upload of their content replaces them.
        var damaged: Set<Digest> = []
        /// True when a folder could not be synced: then what was renamed into it may be lost, and nothing may be
        /// acknowledged any more.
        var needsRestart = false
    }

    /// Opens the store in the folder `root`, making it when there is none, and removes the uploads of dead processes.
    init(
        root: String, fileSystem: any FileSystem, chunks: any ChunkIndex, clock: @escaping @Sendable () -> Timestamp
    ) throws(BlobError) {
        self.chunks = chunks
        layout = BlobLayout(root: root)
        self.fileSystem = fileSystem
        self.clock = clock
        try attempt { () throws(FileSystemError) in
            for folder in [root, layout.objects, layout.temporary] { try fileSystem.createDirectory(folder) }
            let present = Set(try fileSystem.list(layout.objects))
            for shard in BlobLayout.shards where !present.contains(shard) {
                try fileSystem.createDirectory(layout.shard(shard))
            }
            for name in try fileSystem.list(layout.temporary) { try fileSystem.remove(layout.temporary + "/" + name) }
            try fileSystem.syncDirectory(layout.temporary)
            try fileSystem.syncDirectory(layout.objects)
            try fileSystem.syncDirectory(root)
        }
    }

    /// Reads the store in the folder `root`, which another process may have open; makes and removes nothing.
    init(reading root: String, fileSystem: any FileSystem) {
        chunks = InMemoryChunkIndex()
        layout = BlobLayout(root: root)
        self.fileSystem = fileSystem
        clock = { Timestamp(rawValue: 0) }
    }

    /// Runs `body` under the lock.
    func locked<Value: Sendable>(_ body: (inout State) throws(BlobError) -> Value) throws(BlobError) -> Value {
        try state.withLock { state throws(BlobError) in try body(&state) }
    }

    /// Runs `body` and says what failed in the store's words.
    func attempt<Value>(_ body: () throws(FileSystemError) -> Value) throws(BlobError) -> Value {
        do { return try body() } catch { throw BlobError(error) }
    }

    // MARK: Pins and uploads

    /// A pin that pins nothing yet.
    func newPin() -> BlobPin { state.withLock { $0.pins.newPin() } }

    /// Ends a pin.
    func release(_ pin: BlobPin) { state.withLock { $0.pins.release(pin) } }

    /// Everything that is pinned.
    var pinned: [Digest] { state.withLock { $0.pins.all } }

    /// A pin for a new upload. Throws `.needsRestart`.
    func beginUpload() throws(BlobError) -> BlobPin {
        try locked { state throws(BlobError) in
            guard !state.needsRestart else { throw .needsRestart }
            return state.pins.newPin()
        }
    }

    /// Remembers that objects are damaged, or may be, so that an upload of their content replaces them.
    func noteDamage(of digests: [Digest]) { state.withLock { $0.damaged.formUnion(digests) } }

    // MARK: Writing

    /// The path of a temporary file that nobody else has.
    func newTemporary() -> String {
        let number = state.withLock { state in
            state.lastTemporary += 1
            return state.lastTemporary
        }
        return layout.temporary(number)
    }

    /// Begins a pack in a new temporary file.
    func newDraft() throws(BlobError) -> PackDraft {
        let path = newTemporary()
        do {
            return try PackDraft(path: path, file: fileSystem.create(path))
        } catch {
            removeTemporary(path)
            throw BlobError(error)
        }
    }

    /// Returns once all bytes of the temporary file at `path` are on disk.
    func sync(_ path: String) throws(BlobError) {
        try attempt { () throws(FileSystemError) in try fileSystem.sync(path) }
    }

    /// Removes a temporary file; when even that fails, the next opening of the store does it.
    func removeTemporary(_ path: String) {
        do {
            try fileSystem.remove(path)
        } catch {
            return
        }
    }

    /// Renews and pins an object, with the bases that it leans on, if it is there, its table is sound and what it refers to is
    /// there; returns its table then. What is not sound is replaced by the upload that asks.
    func renew(_ digest: Digest, pin: BlobPin) throws(BlobError) -> PackTable? {
        try locked { state throws(BlobError) in try renew(digest, pin: pin, &state) }
    }

    /// Gives the synced temporary file at `path` its place as the object `digest`, and pins it.
    ///
    /// Returns the object's table when it was there already; it is renewed then and the temporary file removed. One that leans
    /// on others more than a level of `highestLevel` does gives way to the file. The name is on disk only after `sync(shardOf:)`.
    func publish(
        _ path: String, as digest: Digest, highestLevel: Int = .max, pin: BlobPin
    ) throws(BlobError) -> PackTable? {
        let moment = clock()
        return try locked { state throws(BlobError) in
            if let present = try renew(digest, pin: pin, &state), present.level <= highestLevel {
                removeTemporary(path)
                return present
            }
            let wasThere = try fileInformation(of: digest) != nil
            try attempt { () throws(FileSystemError) in
                try fileSystem.setModificationTime(of: path, to: moment)
                try fileSystem.rename(path, to: layout.object(digest))
            }
            // What replaces a damaged object is for those who need that one, too.
            if state.damaged.remove(digest) != nil || wasThere {
                state.pins.add(digest, to: pin)
            } else {
                state.pins.add(new: digest, to: pin)
            }
            return nil
        }
    }

    /// The folders of these objects.
    func shards(of digests: some Sequence<Digest>) -> [String] {
        Set(digests.map { layout.shard(of: $0) }).sorted()
    }

    /// Returns once the names in a folder of objects are on disk. When that fails, no upload is accepted any more.
    func sync(shard: String) throws(BlobError) {
        do {
            try fileSystem.syncDirectory(shard)
        } catch {
            state.withLock { $0.needsRestart = true }
            throw BlobError(error)
        }
    }

    private func renew(_ digest: Digest, pin: BlobPin, _ state: inout State) throws(BlobError) -> PackTable? {
        guard !state.damaged.contains(digest) else { return nil }
        let table: PackTable
        do throws(BlobError) {
            guard let pack = try pack(digest) else { return nil }
            table = pack.table
        } catch .damaged {
            return nil
        }
        for reference in table.references {
            guard !state.damaged.contains(reference), try fileInformation(of: reference) != nil else { return nil }
        }
        for tensor in table.tensors { state.pins.share(tensor) }
        // Whoever renews a file has renewed its tensors; what they lean on nobody else looks at.
        let moment = clock()
        for object in table.bases + [digest] {
            try attempt { () throws(FileSystemError) in
                try fileSystem.setModificationTime(of: layout.object(object), to: moment)
            }
            state.pins.add(object, to: pin)
        }
        return table
    }

    // MARK: Reading

    /// The pack of an object, held open; nil when there is none. Throws `.damaged` and `.unsupportedVersion`.
    func pack(_ digest: Digest) throws(BlobError) -> StoredPack? {
        let file = try attempt { () throws(FileSystemError) in try fileSystem.open(layout.object(digest)) }
        guard let file else { return nil }
        return try StoredPack(file: file, digest: digest)
    }

    /// The pack of an object, held open, with all that it refers to pinned by `pin`.
    func packPinningReferences(_ digest: Digest, pin: BlobPin) throws(BlobError) -> StoredPack {
        try locked { state throws(BlobError) in
            guard let pack = try pack(digest) else { throw .notFound(digest) }
            for reference in pack.table.references { state.pins.add(reference, to: pin) }
            return pack
        }
    }

    /// The information about an object; nil when there is none.
    func information(about digest: Digest) throws(BlobError) -> BlobInformation? {
        guard let pack = try pack(digest), let file = try fileInformation(of: digest) else { return nil }
        let storedByteCount = try storedByteCount(of: pack)
        return BlobInformation(
            digest: digest, byteCount: pack.table.byteCount, storedByteCount: storedByteCount,
            encoding: pack.table.encoding, renewedAt: file.modifiedAt)
    }

    /// The bytes that an object takes with its tensors, and with its share of what slices of it are parts of.
    private func storedByteCount(of pack: StoredPack) throws(BlobError) -> Int64 {
        var files: [Digest: Int64] = [:]
        for reference in pack.table.references {
            guard let file = try fileInformation(of: reference) else {
                throw .damaged(pack.digest, .missingTensor(reference))
            }
            files[reference] = file.byteCount
        }
        var sum = pack.byteCount
        for tensor in Set(pack.table.tensors) { sum += files[tensor] ?? 0 }
        var used: [Int: Int64] = [:]
        for case .slice(let base, _, let byteCount) in pack.table.rows { used[base, default: 0] += byteCount }
        for (base, byteCount) in used {
            let digest = pack.table.bases[base]
            guard let whole = try self.pack(digest)?.table.byteCount, let stored = files[digest] else { continue }
            sum += Int64((Double(stored) * min(Double(byteCount) / Double(whole), 1)).rounded(.up))
        }
        return sum
    }

    /// The folder's information about an object's file; nil when there is none.
    func fileInformation(of digest: Digest) throws(BlobError) -> FileInformation? {
        try attempt { () throws(FileSystemError) in try fileSystem.information(about: layout.object(digest)) }
    }

    /// All objects, in ascending order. Files with other names are not ours and are left out.
    func all() throws(BlobError) -> [Digest] {
        var digests: [Digest] = []
        for shard in BlobLayout.shards { digests += try objects(in: shard).sorted() }
        return digests
    }

    /// The objects in one of the folders.
    func objects(in shard: String) throws(BlobError) -> [Digest] {
        let names = try attempt { () throws(FileSystemError) in try fileSystem.list(layout.shard(shard)) }
        return names.compactMap { layout.digest(shard: shard, name: $0) }
    }
}
