import NIOCore
import Safetensors

/// The first stage of an upload, where its bytes come from: copies them into frames, cut as the upload's plan says.
///
/// Beside the frame that it fills it holds at most 1 MiB of a safetensors header while that comes in.
struct UploadCutter {
    private let free: UploadQueue
    private let cut: UploadQueue
    private let planner: FileWorker
    /// Reads a header and says how to cut its file; nil when it is none.
    private let makePlan: @Sendable ([UInt8]) -> UploadPlan?
    /// The frames that may still be made; afterwards used ones are waited for.
    private var frameBudget: Int

    /// The first bytes while it is not known yet how to cut; nil afterwards.
    private var start: [UInt8]? = []
    /// The number of first bytes from which more can be said.
    private var startByteCount = 1
    private var plan = UploadPlan(rest: .chunks)
    private var regionIndex = 0
    /// Bytes left of the region at `regionIndex`.
    private var regionRest = Int64.max
    /// The number of frames of the region so far.
    private var regionFrameCount = 0
    /// The bytes of content that were taken.
    private var byteCount: Int64 = 0
    private var chunks = ChunkCutter()
    /// The frame that is being filled. A full one stays here until there is another byte: it may be the last.
    private var frame: UploadFrame?

    /// Takes frames from `free`, makes up to `frameCount` of them, and adds what it has filled to `cut`.
    ///
    /// - Parameters:
    ///   - planner: runs `makePlan`.
    ///   - makePlan: reads a header and says how to cut its file; nil when it is none.
    init(
        hint: BlobHint, free: UploadQueue, frameCount: Int, cut: UploadQueue, planner: FileWorker,
        makePlan: @escaping @Sendable ([UInt8]) -> UploadPlan?
    ) {
        self.makePlan = makePlan
        self.free = free
        self.cut = cut
        self.planner = planner
        frameBudget = frameCount
        if hint == .opaque { follow(UploadPlan(rest: .frames(.bytes))) }
    }

    /// Takes all bytes of `source`, or as many as the later stages want: they stop when one has failed.
    mutating func takeAll<Source: AsyncSequence>(
        _ source: Source
    ) async -> Result<Void, BlobError> where Source.Element == ByteBuffer {
        var iterator = source.makeAsyncIterator()
        while true {
            let next: ByteBuffer?
            do { next = try await iterator.next() } catch { return .failure(.sourceFailed(error)) }
            guard let next else { break }
            guard await append(next) else { return .success(()) }
        }
        await finish()
        return .success(())
    }

    /// Takes the next bytes of the content; returns false when a later stage has failed and wants no more.
    private mutating func append(_ bytes: ByteBuffer) async -> Bool {
        var rest = bytes
        while let known = start?.count, rest.readableBytes > 0 {
            // No byte more than is asked for, however large the piece is.
            let head = rest.readSlice(length: min(startByteCount - known, rest.readableBytes)) ?? ByteBuffer()
            start?.append(contentsOf: head.readableBytesView)
            guard await lookAtStart(isComplete: false) else { return false }
        }
        return await fill(from: &rest)
    }

    /// Passes on what is left, since no more bytes come.
    private mutating func finish() async {
        guard await lookAtStart(isComplete: true) else { return }
        if case .tensor = kind { frame?.endsTensor = true }
        if kind == .chunks, let frame, frame.chunkEnds.last != frame.byteCount {
            frame.chunkEnds.append(frame.byteCount)
        }
        passOn()
    }

    // MARK: How to cut

    /// Decides how to cut once enough bytes are there, and then cuts those.
    private mutating func lookAtStart(isComplete: Bool) async -> Bool {
        guard let bytes = start else { return true }
        var plan = UploadPlan(rest: .chunks)
        switch SafetensorsHeader.start(of: bytes, maximumByteCount: UploadPlan.maximumHeaderByteCount) {
        case .incomplete(let byteCount):
            startByteCount = byteCount
            guard isComplete else { return true }
        case .none:
            break
        case .header:
            if let cutting = await planner.run({ [makePlan] in makePlan(bytes) }) { plan = cutting }
        }
        follow(plan)
        var rest = ByteBuffer(bytes: bytes)
        return await fill(from: &rest)
    }

    private mutating func follow(_ plan: UploadPlan) {
        start = nil
        self.plan = plan
        regionRest = plan.regions.first?.byteCount ?? .max
    }

    /// The kind of the frames in the region at `regionIndex`.
    private var kind: UploadPlan.Kind {
        regionIndex < plan.regions.count ? plan.regions[regionIndex].kind : plan.rest
    }

    // MARK: Cutting

    private mutating func fill(from bytes: inout ByteBuffer) async -> Bool {
        while bytes.readableBytes > 0 {
            if frame?.byteCount == PackFormat.frameByteCount {
                guard kind != .chunks else {
                    guard await passOnChunks() else { return false }
                    continue
                }
                passOn()
            }
            if frame == nil { frame = await emptyFrame() }
            guard let frame else { return false }
            let room = min(Int64(PackFormat.frameByteCount - frame.byteCount), regionRest)
            let start = frame.byteCount
            frame.byteCount += bytes.readWithUnsafeReadableBytes { bytes in
                let count = min(bytes.count, Int(room))
                UnsafeMutableRawBufferPointer(rebasing: frame.memory.bytes[start..<start + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                if regionRest != .max { regionRest -= Int64(count) }
                return count
            }
            byteCount += Int64(frame.byteCount - start)
            if kind == .chunks {
                let new = UnsafeRawBufferPointer(rebasing: frame.content[start...])
                chunks.scan(new, at: start, into: &frame.chunkEnds)
            }
            if regionRest == 0 { endRegion() }
        }
        return true
    }

    private mutating func emptyFrame() async -> UploadFrame? {
        var empty = free.waiting()
        if empty == nil, frameBudget > 0 {
            frameBudget -= 1
            empty = UploadFrame()
        } else if empty == nil {
            empty = await free.next()
        }
        empty?.begin(kind, tensorRow: regionFrameCount)
        empty?.offset = byteCount
        regionFrameCount += 1
        return empty
    }

    private mutating func endRegion() {
        if case .tensor = kind { frame?.endsTensor = true }
        passOn()
        regionIndex += 1
        regionFrameCount = 0
        regionRest = regionIndex < plan.regions.count ? plan.regions[regionIndex].byteCount : .max
    }

    /// Passes on the whole chunks of a full frame, and begins the next one with the rest; false when no more are wanted.
    private mutating func passOnChunks() async -> Bool {
        guard let full = frame, let end = full.chunkEnds.last else { return false }
        guard let next = await emptyFrame() else { return false }
        next.byteCount = full.byteCount - end
        next.offset = byteCount - Int64(next.byteCount)
        next.memory.mutablePrefix(next.byteCount).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: full.content[end...]))
        full.byteCount = end
        cut.add(full)
        frame = next
        return true
    }

    private mutating func passOn() {
        if let frame { cut.add(frame) }
        frame = nil
    }
}
