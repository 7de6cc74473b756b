import Checksum
package import Compression

/// Turns what a pack stores of a frame into the frame's content again. Its memory is about 2 MiB, allocated once, and 1 MiB
/// more from the first difference of numbers on.
package struct PackFrameDecoder: ~Copyable {
    private var decompressor: ZstandardDecompressor
    private let planes = ScratchMemory(byteCount: PackFormat.frameByteCount)
    private let stored = ScratchMemory(byteCount: PackFormat.frameByteCount)
    private var differences: FrameMemory?

    /// Throws `.outOfMemory`.
    package init() throws(ZstandardError) {
        decompressor = try ZstandardDecompressor()
    }

    /// Room for a frame's stored bytes, to be filled before `decode`.
    package func room(for frame: PackRow.Frame) -> UnsafeMutableRawBufferPointer {
        stored.mutablePrefix(frame.storedByteCount)
    }

    /// Decodes the stored bytes in `room(for: frame)` into `content`, which has the frame's byte count, as has `base`, without
    /// which a difference is nothing.
    ///
    /// Returns whether `content` now has the frame's checksum. When not, its bytes are undefined and must not be used.
    package mutating func decode(
        _ frame: PackRow.Frame, base: UnsafeRawBufferPointer? = nil, into content: UnsafeMutableRawBufferPointer
    ) -> Bool {
        precondition(content.count == frame.byteCount, "the content has the frame's size")
        let bytes = stored.prefix(frame.storedByteCount)
        let isWhole: Bool
        switch frame.difference {
        case .none: isWhole = unpack(bytes, frame, into: content)
        case .equal:
            guard let base, base.count == content.count else { return false }
            content.copyMemory(from: base)
            isWhole = true
        case .bits:
            guard let base, base.count == content.count, unpack(bytes, frame, into: content) else { return false }
            BitDifference.combine(UnsafeRawBufferPointer(content), base, into: content)
            isWhole = true
        case .numbers:
            let memory = differences ?? FrameMemory()
            differences = memory
            let room = memory.bytes.mutablePrefix(content.count)
            guard let base, base.count == content.count, unpack(bytes, frame, into: room) else { return false }
            NumberDifference.join(UnsafeRawBufferPointer(room), to: base, into: content, width: frame.transform.width)
            isWhole = true
        }
        return isWhole && Check64.of(UnsafeRawBufferPointer(content)) == frame.checksum
    }

    /// The stored bytes before they were compressed and split.
    private mutating func unpack(
        _ bytes: UnsafeRawBufferPointer, _ frame: PackRow.Frame, into content: UnsafeMutableRawBufferPointer
    ) -> Bool {
        switch (frame.transform, frame.compressedPlanes) {
        case (.bytes, 0): copy(bytes, into: content)
        case (.bytes, _): decompress(bytes, into: content)
        default: join(bytes, frame, into: content)
        }
    }

    private func copy(_ bytes: UnsafeRawBufferPointer, into content: UnsafeMutableRawBufferPointer) -> Bool {
        guard bytes.count == content.count else { return false }
        content.copyMemory(from: bytes)
        return true
    }

    private mutating func decompress(
        _ bytes: UnsafeRawBufferPointer, into content: UnsafeMutableRawBufferPointer
    ) -> Bool {
        do {
            return try decompressor.decompress(bytes, into: content) == content.count
        } catch {
            return false
        }
    }

    private mutating func join(
        _ bytes: UnsafeRawBufferPointer, _ frame: PackRow.Frame, into content: UnsafeMutableRawBufferPointer
    ) -> Bool {
        let width = frame.transform.width
        let head = frame.headByteCount
        guard head <= frame.byteCount else { return false }
        let planeByteCount = (frame.byteCount - head) / width
        let tail = frame.byteCount - head - planeByteCount * width
        var start = 4 * width
        guard bytes.count >= start + tail + head, let planesStart = planes.bytes.baseAddress else { return false }
        var sources: [UnsafeRawPointer] = []
        sources.reserveCapacity(width)
        for plane in 0..<width {
            let count = Int(bytes.littleEndian(at: 4 * plane, as: UInt32.self))
            guard count <= bytes.count - tail - head - start else { return false }
            let source = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
            start += count
            if frame.compressedPlanes & 1 << UInt8(plane) == 0 {
                guard count == planeByteCount, let address = source.baseAddress else { return false }
                sources.append(address)
            } else {
                let range = plane * planeByteCount..<(plane + 1) * planeByteCount
                guard decompress(source, into: UnsafeMutableRawBufferPointer(rebasing: planes.bytes[range])) else {
                    return false
                }
                sources.append(UnsafeRawPointer(planesStart + range.lowerBound))
            }
        }
        guard start + tail + head == bytes.count else { return false }
        let numbers = UnsafeMutableRawBufferPointer(rebasing: content[head...])
        BytePlanes.join(sources, into: numbers)
        for index in 0..<tail { numbers[planeByteCount * width + index] = bytes[start + index] }
        for index in 0..<head { content[index] = bytes[start + tail + index] }
        return true
    }
}
