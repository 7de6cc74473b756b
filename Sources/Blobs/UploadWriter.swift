import Safetensors
import Tracking

/// Cuts one upload's bytes into frames and tensors, writes them to temporary files and publishes them at the end: the
/// synchronous core of `put`.
///
/// It holds one frame and the encoder's memory, about 6 MiB, and at most 1 MiB of a safetensors header while that comes
/// in. The order at the end is: every tensor's bytes, then their names, then the file's bytes, then its name; each is
/// on disk before the next begins.
struct UploadWriter: ~Copyable {
    private let directory: BlobDirectory
    private let pin: BlobPin
    private var encoder: PackFrameEncoder

    private let frame = ScratchMemory(byteCount: PackFormat.frameByteCount)
    private var frameFill = 0

    /// The first bytes while it is not known yet how to cut; nil afterwards.
    private var start: [UInt8]? = []
    private var plan = UploadPlan.frames(nil)
    private var regionIndex = 0
    /// Bytes left of the region at `regionIndex`.
    private var regionRest = Int64.max

    private let file: PackDraft
    private var tensor: PackDraft?
    /// The paths of the tensors that are written, but neither synced nor published.
    private var tensorPaths: [Digest: String] = [:]
    /// The tensors of the file that were in the store already.
    private var presentTensors: Set<Digest> = []

    /// Begins an upload whose objects are pinned by `pin`, in the new draft `file`.
    init(directory: BlobDirectory, hint: BlobHint, pin: BlobPin, file: PackDraft, encoder: consuming PackFrameEncoder) {
        self.directory = directory
        self.pin = pin
        self.file = file
        self.encoder = encoder
        if hint == .opaque { follow(.frames(.bytes)) }
    }

    // MARK: Taking bytes

    /// Takes the next bytes of the content.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(BlobError) {
        guard start != nil else {
            try cut(bytes)
            return
        }
        start?.append(contentsOf: bytes)
        try lookAtStart(isComplete: false)
    }

    /// Decides how to cut once enough bytes are there, and then cuts those.
    private mutating func lookAtStart(isComplete: Bool) throws(BlobError) {
        guard let bytes = start else { return }
        var plan = UploadPlan.frames(nil)
        switch SafetensorsHeader.start(of: bytes, maximumByteCount: UploadPlan.maximumHeaderByteCount) {
        case .incomplete:
            guard isComplete else { return }
        case .none:
            break
        case .header:
            if let cutting = UploadPlan(safetensors: bytes) { plan = cutting }
        }
        follow(plan)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { buffer.deallocate() }
        buffer.copyBytes(from: bytes)
        try cut(UnsafeRawBufferPointer(buffer))
    }

    private mutating func follow(_ plan: UploadPlan) {
        start = nil
        self.plan = plan
        regionIndex = 0
        regionRest = plan.regions.first?.byteCount ?? .max
    }

    private mutating func cut(_ bytes: UnsafeRawBufferPointer) throws(BlobError) {
        var rest = bytes
        while !rest.isEmpty {
            let room = min(Int64(PackFormat.frameByteCount - frameFill), regionRest)
            let count = min(rest.count, Int(room))
            UnsafeMutableRawBufferPointer(rebasing: frame.bytes[frameFill..<frameFill + count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            frameFill += count
            if regionRest != .max { regionRest -= Int64(count) }
            if frameFill == PackFormat.frameByteCount || regionRest == 0 { try writeFrame() }
            if regionRest == 0 { try endRegion() }
        }
    }

    private mutating func writeFrame() throws(BlobError) {
        guard frameFill > 0 else { return }
        let content = frame.prefix(frameFill)
        frameFill = 0
        let kind = regionIndex < plan.regions.count ? plan.regions[regionIndex].kind : .frames(plan.transform)
        switch kind {
        case .frames(let transform):
            let transform = transform ?? encoder.transform(for: content)
            try add(content, to: file, transform: transform)
        case .tensor(let transform):
            if tensor == nil { tensor = try directory.newDraft() }
            file.hash(content)
            if let tensor { try add(content, to: tensor, transform: transform) }
        }
    }

    private mutating func add(
        _ content: UnsafeRawBufferPointer, to draft: PackDraft, transform: FrameTransform
    ) throws(BlobError) {
        do throws(FileSystemError) { try draft.append(content, transform: transform, using: &encoder) } catch {
            throw BlobError(error)
        }
    }

    private mutating func endRegion() throws(BlobError) {
        try endTensor()
        regionIndex += 1
        regionRest = regionIndex < plan.regions.count ? plan.regions[regionIndex].byteCount : .max
    }

    /// Ends the tensor that is being written, if one is: it waits, complete, unless the store or this file has it.
    private mutating func endTensor() throws(BlobError) {
        guard let draft = tensor else { return }
        let digest = draft.digest
        file.append(tensor: digest, byteCount: draft.byteCount)
        if tensorPaths[digest] != nil {
            directory.removeTemporary(draft.path)
        } else if try directory.renew(digest, pin: pin) {
            presentTensors.insert(digest)
            directory.removeTemporary(draft.path)
        } else {
            try directory.complete(draft)
            tensorPaths[digest] = draft.path
        }
        tensor = nil
    }

    // MARK: Ending

    /// Publishes what came and returns once it is on disk.
    mutating func finish() throws(BlobError) -> StoredBlob {
        try lookAtStart(isComplete: true)
        try writeFrame()
        try endTensor()
        var addedByteCount: Int64 = 0
        // Each tensor began to be written when it was complete, so the first sync waits for most of them at once.
        for path in tensorPaths.values.sorted() { try directory.sync(path) }
        for (digest, path) in tensorPaths.sorted(by: { $0.key < $1.key }) {
            if try !directory.publish(path, as: digest, pin: pin) {
                addedByteCount += try directory.fileInformation(of: digest)?.byteCount ?? 0
            }
            tensorPaths[digest] = nil
            presentTensors.insert(digest)
        }
        try directory.sync(shardsOf: presentTensors)
        let digest = file.digest
        var wasPresent = try directory.renew(digest, pin: pin)
        if wasPresent {
            directory.removeTemporary(file.path)
        } else {
            try directory.complete(file)
            try directory.sync(file.path)
            wasPresent = try directory.publish(file.path, as: digest, pin: pin)
        }
        try directory.sync(shardsOf: CollectionOfOne(digest))
        guard let information = try directory.information(about: digest) else { throw .notFound(digest) }
        if !wasPresent { addedByteCount += try directory.fileInformation(of: digest)?.byteCount ?? 0 }
        return StoredBlob(
            digest: digest, byteCount: information.byteCount, storedByteCount: information.storedByteCount,
            addedByteCount: addedByteCount, encoding: information.encoding, wasPresent: wasPresent, pin: pin)
    }

    /// Removes everything of the upload that is not published.
    mutating func abandon() {
        directory.removeTemporary(file.path)
        if let tensor { directory.removeTemporary(tensor.path) }
        for path in tensorPaths.values { directory.removeTemporary(path) }
        tensor = nil
        tensorPaths = [:]
    }
}
