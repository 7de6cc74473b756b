/// Memory that is allocated once and used for one frame after the other. Its content is whatever was written last.
struct ScratchMemory: ~Copyable {
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        bytes = .allocate(byteCount: byteCount, alignment: 64)
        // Reading a byte that nothing wrote yet is a bug, but a defined one.
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { bytes.deallocate() }

    /// The first `count` bytes.
    func prefix(_ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[0..<count])
    }

    /// The first `count` bytes, to be written.
    func mutablePrefix(_ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: bytes[0..<count])
    }
}

/// The memory of one frame, for whoever needs it rarely or several times.
final class FrameMemory {
    let bytes = ScratchMemory(byteCount: PackFormat.frameByteCount)
}
