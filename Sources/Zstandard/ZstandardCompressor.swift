import CZstd

/// A compression context that is used again and again, so that its tables are allocated once.
///
/// It has one owner and does one thing at a time. Every call writes one complete Zstandard frame that states its
/// content's size.
// The pointer is never given away and a value that cannot be copied has one owner, so it may move between threads.
package struct ZstandardCompressor: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer

    /// Levels the library accepts; 1 is the fastest that is not a special mode.
    package static var levels: ClosedRange<Int> { Int(ZSTD_minCLevel())...Int(ZSTD_maxCLevel()) }

    /// A context with memory of its own, about 1.3 MB at level 1. Throws `.outOfMemory`.
    package init() throws(ZstandardError) {
        guard let context = ZSTD_createCCtx() else { throw .outOfMemory }
        self.context = context
    }

    deinit { _ = ZSTD_freeCCtx(context) }

    /// How many bytes `compress` can need at most for `byteCount` bytes of input.
    package static func compressionBound(for byteCount: Int) -> Int { ZSTD_compressBound(byteCount) }

    /// Compresses all of `source` into the start of `destination` and returns how many bytes it wrote.
    ///
    /// Throws `.destinationTooSmall` when they do not fit: a destination smaller than the source is a way to ask for
    /// compression only where it saves something. `level` is clamped to `levels`.
    package mutating func compress(
        _ source: UnsafeRawBufferPointer, into destination: UnsafeMutableRawBufferPointer, level: Int
    ) throws(ZstandardError) -> Int {
        let clamped = min(max(level, Self.levels.lowerBound), Self.levels.upperBound)
        let written = ZSTD_compressCCtx(
            context, destination.baseAddress, destination.count, source.baseAddress, source.count, Int32(clamped))
        guard ZSTD_isError(written) == 0 else {
            switch ZSTD_getErrorCode(written) {
            case ZSTD_error_dstSize_tooSmall: throw .destinationTooSmall(byteCount: destination.count)
            case ZSTD_error_memory_allocation: throw .outOfMemory
            default: throw .malformed(reason: String(cString: ZSTD_getErrorName(written)))
            }
        }
        return written
    }

    /// The compressed form of `bytes` at `level`.
    package mutating func compress(_ bytes: some Collection<UInt8>, level: Int) throws(ZstandardError) -> [UInt8] {
        let source = ContiguousArray(bytes)
        var result: Result<Int, ZstandardError> = .success(0)
        let compressed = [UInt8](unsafeUninitializedCapacity: Self.compressionBound(for: source.count)) {
            buffer, count in
            result = source.withUnsafeBytes { input in
                Result { () throws(ZstandardError) in
                    try compress(input, into: UnsafeMutableRawBufferPointer(buffer), level: level)
                }
            }
            if case .success(let written) = result { count = written }
        }
        _ = try result.get()
        return compressed
    }
}
