import Checksum
package import Compression
import Glibc

/// Turns frames of content into what a pack stores of them. Its memory is about 4 MiB, allocated once, and 1 MiB more from the
/// first frame with a base on.
package struct PackFrameEncoder: ~Copyable {
    /// The compression level: on planes of floats, level 1 is faster and smaller than level 3.
    private static let level = 1

    private var compressor: ZstandardCompressor
    private let planes = ScratchMemory(byteCount: PackFormat.frameByteCount)
    private var output = ScratchMemory(byteCount: PackFormat.frameByteCount)
    private let sample = ScratchMemory(
        byteCount: PackFrameEncoder.samplePieceByteCount * PackFrameEncoder.samplePieceCount)

    /// The order of bytes that was chosen last for a frame which it made smaller, and the share that was stored of it.
    private var choice: (transform: FrameTransform, storedShare: Double)?

    private var differences: FrameMemory?
    /// The way in which a sample decided to store the frames at hand, and for how many more of them that holds.
    private var decidedDifference = FrameDifference.none
    private var decidedFrameCount = 0

    /// Throws `.outOfMemory`.
    package init() throws(ZstandardError) {
        compressor = try ZstandardCompressor()
    }

    /// Encodes one frame and hands its row and stored bytes to `body`; the bytes are valid during the call only.
    ///
    /// `content` has 1 byte to 1 MiB. The stored bytes are never more than the content: a plane, or a whole frame, that
    /// compression would not make smaller by 1/64 is stored as it is.
    package mutating func encode<Failure: Error>(
        _ content: UnsafeRawBufferPointer, transform: FrameTransform,
        _ body: (PackRow.Frame, UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let frame = encode(content, transform)
        try body(frame, frame.compressedPlanes == 0 ? content : output.prefix(frame.storedByteCount))
    }

    /// Encodes the frame that is the first `byteCount` bytes of `memory`, and puts its stored bytes in their place.
    ///
    /// Nothing is copied: the encoder keeps the memory with the content, and gives away that with the stored bytes.
    mutating func encode(
        _ memory: inout ScratchMemory, byteCount: Int, transform: FrameTransform
    ) -> PackRow.Frame {
        let frame = encode(memory.prefix(byteCount), transform)
        if frame.compressedPlanes != 0 { swap(&memory, &output) }
        return frame
    }

    /// Encodes like `encode(_:byteCount:transform:)` a frame about which nothing is known.
    ///
    /// Looking for the best order takes a good part of the time of encoding. So a frame keeps that of the frame for which
    /// one was last chosen when it becomes as small with it, within 1/64; numbers of another width do not.
    ///
    /// - Parameter head: The bytes before the first number, if there are numbers: 0 to 7.
    mutating func encode(_ memory: inout ScratchMemory, byteCount: Int, head: Int = 0) -> PackRow.Frame {
        let head = byteCount >= Self.leastByteCountWithHead ? head : 0
        if let choice {
            let frame = encode(memory.prefix(byteCount), choice.transform, head: head)
            if frame.compressedPlanes != 0, abs(Self.storedShare(of: frame) - choice.storedShare) <= 1 / 64 {
                swap(&memory, &output)
                return frame
            }
        }
        let transform = transform(for: UnsafeRawBufferPointer(rebasing: memory.prefix(byteCount)[head...]))
        let frame = encode(memory.prefix(byteCount), transform, head: head)
        if frame.compressedPlanes != 0 { swap(&memory, &output) }
        choice = frame.compressedPlanes == 0 ? nil : (transform, Self.storedShare(of: frame))
        return frame
    }

    /// Encodes a frame of a tensor like `encode(_:byteCount:transform:)`, and as a difference from `base`, the content at its
    /// place in another tensor, where a sample of it says that this takes 3 % less. A sample is taken of a tensor's first
    /// frame and of every eighth.
    mutating func encode(
        _ memory: inout ScratchMemory, byteCount: Int, transform: FrameTransform, base: UnsafeRawBufferPointer,
        areNumbers: Bool, isFirst: Bool
    ) -> PackRow.Frame {
        precondition(base.count == byteCount, "a frame and its base have the same size")
        let content = memory.prefix(byteCount)
        let checksum = Check64.of(content)
        if let start = content.baseAddress, let baseStart = base.baseAddress, memcmp(start, baseStart, byteCount) == 0 {
            return PackRow.Frame(
                transform: .bytes, compressedPlanes: 0, byteCount: byteCount, storedByteCount: 0, checksum: checksum,
                difference: .equal)
        }
        if isFirst { decidedFrameCount = 0 }
        if decidedFrameCount == 0 {
            decidedDifference = smallestDifference(
                areNumbers && transform != .bytes ? [.bits, .numbers] : [.bits], content, base, transform)
            decidedFrameCount = Self.framesForADecision
        }
        decidedFrameCount -= 1
        let difference = decidedDifference
        guard difference != .none else { return encode(&memory, byteCount: byteCount, transform: transform) }
        let differing = split(difference, content, base, transform)
        let encoded = transform == .bytes ? compressWhole(differing) : compressPlanes(differing, transform)
        guard let encoded else { return encode(&memory, byteCount: byteCount, transform: transform) }
        swap(&memory, &output)
        return PackRow.Frame(
            transform: transform, compressedPlanes: encoded.compressedPlanes, byteCount: byteCount,
            storedByteCount: encoded.byteCount, checksum: checksum, difference: difference)
    }

    /// The difference of `content` from `base`, which is valid until the next one.
    private mutating func split(
        _ difference: FrameDifference, _ content: UnsafeRawBufferPointer, _ base: UnsafeRawBufferPointer,
        _ transform: FrameTransform
    ) -> UnsafeRawBufferPointer {
        let memory = differences ?? FrameMemory()
        differences = memory
        let room = memory.bytes.mutablePrefix(content.count)
        if difference == .numbers {
            NumberDifference.split(content, from: base, into: room, width: transform.width)
        } else {
            BitDifference.combine(content, base, into: room)
        }
        return UnsafeRawBufferPointer(room)
    }

    private static func storedShare(of frame: PackRow.Frame) -> Double {
        Double(frame.storedByteCount) / Double(frame.byteCount)
    }

    /// The row of a frame, whose stored bytes are in `output` then if any plane is compressed, else are the content.
    private mutating func encode(
        _ content: UnsafeRawBufferPointer, _ transform: FrameTransform, head: Int = 0
    ) -> PackRow.Frame {
        precondition((1...PackFormat.frameByteCount).contains(content.count), "a frame has 1 byte to 1 MiB")
        var frame = PackRow.Frame(
            transform: .bytes, compressedPlanes: 0, byteCount: content.count, storedByteCount: content.count,
            checksum: Check64.of(content))
        let encoded = transform == .bytes ? compressWhole(content) : compressPlanes(content, transform, head: head)
        guard let encoded else { return frame }
        frame.transform = transform
        frame.headByteCount = transform == .bytes ? 0 : head
        frame.compressedPlanes = encoded.compressedPlanes
        frame.storedByteCount = encoded.byteCount
        return frame
    }

    // MARK: Compressing

    private mutating func compressWhole(
        _ content: UnsafeRawBufferPointer
    ) -> (compressedPlanes: UInt8, byteCount: Int)? {
        compress(content, into: output.bytes[...]).map { (1, $0) }
    }

    private mutating func compressPlanes(
        _ whole: UnsafeRawBufferPointer, _ transform: FrameTransform, head: Int = 0
    ) -> (compressedPlanes: UInt8, byteCount: Int)? {
        let content = UnsafeRawBufferPointer(rebasing: whole[head...])
        let width = transform.width
        let planeByteCount = content.count / width
        let split = planes.mutablePrefix(content.count)
        BytePlanes.split(content, into: split, transform: transform)
        var mask: UInt8 = 0
        var end = 4 * width
        for plane in 0..<width {
            let bytes = UnsafeRawBufferPointer(rebasing: split[plane * planeByteCount..<(plane + 1) * planeByteCount])
            let rest = output.bytes[min(end, output.bytes.count)...]
            var storedByteCount = bytes.count
            if !PlaneSample.isNoise(bytes), let compressed = compress(bytes, into: rest, .skewedNoise) {
                mask |= 1 << UInt8(plane)
                storedByteCount = compressed
            } else if rest.count >= bytes.count {
                UnsafeMutableRawBufferPointer(rebasing: rest.prefix(bytes.count)).copyMemory(from: bytes)
            } else {
                return nil
            }
            output.bytes.storeBytes(of: UInt32(storedByteCount).littleEndian, toByteOffset: 4 * plane, as: UInt32.self)
            end += storedByteCount
        }
        let tail = content.count - planeByteCount * width
        guard mask != 0, end + tail + head < whole.count else { return nil }
        for index in 0..<tail { output.bytes[end + index] = split[planeByteCount * width + index] }
        for index in 0..<head { output.bytes[end + tail + index] = whole[index] }
        return (mask, end + tail + head)
    }

    /// Compresses `bytes` to the start of `destination`; nil when that saves less than 1/64.
    private mutating func compress(
        _ bytes: UnsafeRawBufferPointer, into destination: Slice<UnsafeMutableRawBufferPointer>,
        _ kind: ZstandardCompressor.Content = .general
    ) -> Int? {
        let room = min(bytes.count - bytes.count / 64 - 1, destination.count)
        guard room > 0 else { return nil }
        do {
            return try compressor.compress(
                bytes, into: UnsafeMutableRawBufferPointer(rebasing: destination.prefix(room)), level: Self.level,
                content: kind)
        } catch {
            // It does not fit, so it is not worth it; bytes as they are are right for any other reason as well.
            return nil
        }
    }

    // MARK: Choosing

    /// Shorter frames are taken to begin with a number.
    private static let leastByteCountWithHead = 4096
    private static let samplePieceByteCount = 4096
    private static let samplePieceCount = 8
    /// The number of frames that one sample decides of, whether they are stored as differences.
    private static let framesForADecision = 8

    /// The one of `differences` in which a sample of `content` takes least, and 3 % less than without one; each has to win that
    /// much over those before it, which are faster.
    private mutating func smallestDifference(
        _ differences: [FrameDifference], _ content: UnsafeRawBufferPointer, _ base: UnsafeRawBufferPointer,
        _ transform: FrameTransform
    ) -> FrameDifference {
        let count = gatherSample(of: content, into: sample)
        guard count >= 256 else { return .none }
        var best = FrameDifference.none
        var leastByteCount = compressedByteCount(of: sample.prefix(count), transform)
        let baseSample = ScratchMemory(byteCount: count)
        _ = gatherSample(of: base, into: baseSample)
        for difference in differences {
            let differing = split(difference, sample.prefix(count), baseSample.prefix(count), transform)
            let byteCount = compressedByteCount(of: differing, transform)
            guard byteCount < leastByteCount - max(leastByteCount * 3 / 100, count / 100) else { continue }
            (best, leastByteCount) = (difference, byteCount)
        }
        return best
    }

    private mutating func compressedByteCount(of bytes: UnsafeRawBufferPointer, _ transform: FrameTransform) -> Int {
        let encoded = transform == .bytes ? compressWhole(bytes) : compressPlanes(bytes, transform)
        return encoded?.byteCount ?? bytes.count
    }

    /// The transform under which a sample of `content`, about which nothing is known, becomes smallest.
    ///
    /// Numbers are looked for at multiples of their width from the frame's start. Planes have to win 3 %.
    private mutating func transform(for content: UnsafeRawBufferPointer) -> FrameTransform {
        let count = gatherSample(of: content, into: sample)
        guard count >= 256 else { return .bytes }
        let bytes = sample.prefix(count)
        var best = FrameTransform.bytes
        let plain = compress(bytes, into: output.bytes[...]) ?? count
        guard plain > count / 8 else { return .bytes }
        var bestByteCount = plain - plain * 3 / 100
        for transform in [FrameTransform.planes4, .planes2, .planes8] {
            let byteCount = compressPlanes(bytes, transform)?.byteCount ?? count
            if byteCount < bestByteCount {
                best = transform
                bestByteCount = byteCount
            }
        }
        return best
    }

    /// Copies pieces from all over `content` to `sample` and returns how many bytes there are, a multiple of 8.
    private func gatherSample(of content: UnsafeRawBufferPointer, into sample: borrowing ScratchMemory) -> Int {
        let capacity = Self.samplePieceByteCount * Self.samplePieceCount
        guard content.count > capacity else {
            let count = content.count / 8 * 8
            sample.mutablePrefix(count).copyMemory(from: UnsafeRawBufferPointer(rebasing: content.prefix(count)))
            return count
        }
        let stride = (content.count - Self.samplePieceByteCount) / (Self.samplePieceCount - 1) / 8 * 8
        for piece in 0..<Self.samplePieceCount {
            let start = piece * Self.samplePieceByteCount
            let source = content[piece * stride..<piece * stride + Self.samplePieceByteCount]
            UnsafeMutableRawBufferPointer(rebasing: sample.bytes[start..<start + Self.samplePieceByteCount])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: source))
        }
        return capacity
    }
}
