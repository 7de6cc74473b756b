import Tracking

/// The last stage of an upload: writes encoded frames to temporary files and publishes them at the end.
///
/// The order at the end is: every tensor's bytes, then their names, then the file's bytes, then its name; each is on
/// disk before the next begins.
actor UploadWriter {
    private let executor: FileExecutor
    private let executors: FileExecutor.Pool
    private let directory: BlobDirectory
    private let pin: BlobPin

    private let file: PackDraft
    /// The tensor or bundle that is being written.
    private var tensor: PackDraft?
    /// The paths of the tensors that are written, but neither synced nor published.
    private var tensorPaths: [Digest: String] = [:]
    /// The tensors of the file that were in the store already.
    private var presentTensors: Set<Digest> = []
    /// The packs that the file's tensors lean on.
    private var bases: Set<Digest> = []
    /// The objects that slices of the file are parts of, by their numbers; nil for the bundle that is being written.
    private var sliced: [Digest?] = []
    private var slicedNumbers: [Digest: Int] = [:]
    private var bundleNumber: Int?
    private var writeBehind = WriteBehind()

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Begins an upload whose objects are pinned by `pin`, on the next of `executors`; at its end it uses them all.
    init(directory: BlobDirectory, pin: BlobPin, executors: FileExecutor.Pool) throws(BlobError) {
        file = try directory.newDraft()
        self.directory = directory
        self.pin = pin
        self.executors = executors
        executor = executors.executor()
    }

    /// Writes the frames of `encoded` and gives them back to `free`, until no more come or one cannot be written.
    func run(from encoded: UploadQueue, to free: UploadQueue) async -> Result<Void, BlobError> {
        defer { free.finish() }
        while let frame = await encoded.next() {
            do throws(BlobError) { try write(frame) } catch { return .failure(error) }
            free.add(frame)
            await executor.letOthersRun()
        }
        return .success(())
    }

    // MARK: Frames

    private func write(_ frame: UploadFrame) throws(BlobError) {
        switch frame.kind {
        case .frames: try append(frame, to: file)
        case .tensor:
            let draft = try part()
            try append(frame, to: draft)
            if let digest = frame.tensor {
                file.append(tensor: digest, byteCount: draft.byteCount)
                try endPart(draft, digest, bases: frame.bases)
            }
        case .chunks:
            if frame.row != nil { try append(frame, to: try part()) }
            for part in frame.parts {
                switch part {
                case .known(let object, let offset, let byteCount):
                    file.append(base: number(of: object), offset: Int64(offset), byteCount: Int64(byteCount))
                case .new(let offset, let byteCount):
                    file.append(base: numberOfBundle(), offset: Int64(offset), byteCount: Int64(byteCount))
                }
            }
            if let bundle = frame.bundle { try endBundle(bundle) }
        }
    }

    /// The tensor or bundle that is being written.
    private func part() throws(BlobError) -> PackDraft {
        if let tensor { return tensor }
        let draft = try directory.newDraft()
        tensor = draft
        return draft
    }

    private func append(_ frame: UploadFrame, to draft: PackDraft) throws(BlobError) {
        guard let row = frame.row else { preconditionFailure("a frame is encoded before it is written") }
        try append(row, frame.memory.prefix(row.storedByteCount), to: draft)
    }

    private func number(of object: Digest) -> Int {
        if let known = slicedNumbers[object] { return known }
        sliced.append(object)
        slicedNumbers[object] = sliced.count - 1
        return sliced.count - 1
    }

    private func numberOfBundle() -> Int {
        if let bundleNumber { return bundleNumber }
        sliced.append(nil)
        bundleNumber = sliced.count - 1
        return sliced.count - 1
    }

    /// Ends the bundle that is being written, and has its chunks found from now on.
    private func endBundle(_ bundle: UploadBundle, isFile: Bool = false) throws(BlobError) {
        guard let draft = tensor else { return }
        draft.isBundle = !isFile
        let number = numberOfBundle()
        sliced[number] = bundle.digest
        slicedNumbers[bundle.digest] = number
        bundleNumber = nil
        try endPart(draft, bundle.digest, bases: [])
        // A small file is found by its own digest.
        if bundle.chunks.count == 1, bundle.chunks[0].byteCount < ChunkFormat.leastByteCount { return }
        directory.chunks.add(
            bundle.chunks.map { chunk in
                let location = ChunkLocation(
                    object: bundle.digest, offset: chunk.offset, byteCount: chunk.byteCount)
                return (chunk.digest, location)
            })
    }

    private func append(
        _ row: PackRow.Frame, _ stored: UnsafeRawBufferPointer, to draft: PackDraft
    ) throws(BlobError) {
        try directory.attempt { () throws(FileSystemError) in
            try draft.append(row, stored)
            try writeBehind.note(stored.count, in: draft.file)
        }
    }

    /// Writes the table of a draft whose content has the given digest; its bytes are not on disk before it is synced.
    private func complete(_ draft: PackDraft, _ digest: Digest, bases: [Digest]) throws(BlobError) {
        try directory.attempt { () throws(FileSystemError) in
            try draft.finish(digest, bases: bases)
            try writeBehind.end(draft.file)
        }
    }

    /// Ends the tensor or bundle that is being written: it waits, complete, unless the store or this file has it.
    private func endPart(_ draft: PackDraft, _ digest: Digest, bases: [Digest]) throws(BlobError) {
        if tensorPaths[digest] != nil {
            directory.removeTemporary(draft.path)
        } else if let present = try directory.renew(digest, pin: pin), present.level <= highestLevel(of: digest) {
            presentTensors.insert(digest)
            self.bases.formUnion(present.bases)
            directory.removeTemporary(draft.path)
        } else {
            try complete(draft, digest, bases: bases)
            tensorPaths[digest] = draft.path
            self.bases.formUnion(bases)
            if !bases.isEmpty, try directory.fileInformation(of: digest) != nil { try standAlone(draft, digest) }
        }
        tensor = nil
    }

    /// The highest level of a part of the file: slices are parts of packs that lean on nothing, tensors may lean on others.
    private func highestLevel(of part: Digest) -> Int {
        slicedNumbers[part] != nil ? 0 : PackFormat.maximumBaseCount
    }

    /// Writes a complete tensor again, as one that leans on no other.
    ///
    /// It takes the place of a damaged one, which other files refer to as well: they do not know its bases.
    private func standAlone(_ draft: PackDraft, _ digest: Digest) throws(BlobError) {
        let file = try directory.attempt { () throws(FileSystemError) in try directory.fileSystem.open(draft.path) }
        guard let file else { throw .notFound(digest) }
        let chain = try PackChain(try StoredPack(file: file, digest: digest), in: directory)
        var reader = try PackReader()
        var encoder: PackFrameEncoder
        do { encoder = try PackFrameEncoder() } catch { throw .outOfMemory }
        var memory = ScratchMemory(byteCount: PackFormat.frameByteCount)
        let alone = try directory.newDraft()
        tensorPaths[digest] = alone.path
        defer { directory.removeTemporary(draft.path) }
        for (index, row) in chain.pack.table.rows.enumerated() {
            guard case .frame(let frame) = row else { continue }
            try chain.read(row: index, into: memory.mutablePrefix(frame.byteCount), using: &reader)
            let encoded = encoder.encode(&memory, byteCount: frame.byteCount, transform: frame.transform)
            try append(encoded, memory.prefix(encoded.storedByteCount), to: alone)
        }
        try complete(alone, digest, bases: [])
    }

    // MARK: Ending

    /// Publishes what was written as the object `digest` and returns once it is on disk. `bundle` is the last one.
    func finish(_ digest: Digest, _ bundle: UploadBundle?) async throws(BlobError) -> StoredBlob {
        if var bundle {
            // A file of new chunks that fit into one bundle is that bundle, under its own address.
            let isFile = sliced.count == 1 && file.isSlice(ofByteCount: bundle.byteCount)
            if isFile { bundle.digest = digest }
            try endBundle(bundle, isFile: isFile)
        }
        let directory = directory
        var isNewBundle = false
        var addedByteCount: Int64 = 0
        // What was appended is mostly written by now; what is left is to have the disk empty its own memory, which it
        // does once for several that ask at the same time.
        try await executors.forEach(tensorPaths.values.sorted()) { path throws(BlobError) in try directory.sync(path) }
        for (part, path) in tensorPaths.sorted(by: { $0.key < $1.key }) {
            if let present = try directory.publish(
                path, as: part, highestLevel: highestLevel(of: part), pin: pin)
            {
                bases.formUnion(present.bases)
            } else {
                addedByteCount += try directory.fileInformation(of: part)?.byteCount ?? 0
                if part == digest { isNewBundle = true }
            }
            tensorPaths[part] = nil
            presentTensors.insert(part)
        }
        try await executors.forEach(directory.shards(of: presentTensors)) { shard throws(BlobError) in
            try directory.sync(shard: shard)
        }
        for base in bases.sorted() { _ = try directory.renew(base, pin: pin) }
        var wasPresent = false
        if isNewBundle {
            directory.removeTemporary(file.path)
        } else if try directory.renew(digest, pin: pin) != nil {
            wasPresent = true
            directory.removeTemporary(file.path)
        } else {
            try complete(file, digest, bases: sliced.isEmpty ? bases.sorted() : sliced.compactMap(\.self))
            try directory.sync(file.path)
            wasPresent = try directory.publish(file.path, as: digest, pin: pin) != nil
        }
        for shard in directory.shards(of: CollectionOfOne(digest)) { try directory.sync(shard: shard) }
        guard let information = try directory.information(about: digest) else { throw .notFound(digest) }
        if !wasPresent, !isNewBundle { addedByteCount += try directory.fileInformation(of: digest)?.byteCount ?? 0 }
        return StoredBlob(
            digest: digest, byteCount: information.byteCount, storedByteCount: information.storedByteCount,
            addedByteCount: addedByteCount, encoding: information.encoding, wasPresent: wasPresent, pin: pin)
    }

    /// Removes everything of the upload that nobody else has come upon, and its pin.
    func abandon() {
        directory.removeTemporary(file.path)
        if let tensor { directory.removeTemporary(tensor.path) }
        for path in tensorPaths.values { directory.removeTemporary(path) }
        tensor = nil
        tensorPaths = [:]
        directory.discard(pin)
    }
}
