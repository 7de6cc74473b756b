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

    /// The nature of the bytes, which decides where the compressor spends its time.
    package enum Content: Sendable {
        /// Anything.
        case general
        /// Bytes of which some are far more frequent than others, but which hardly ever repeat a sequence, such as the
        /// exponents of a network's weights: only long, near repetitions are looked for. Twice as fast as `.general`
        /// and smaller on such bytes.
        case skewedNoise
    }

    /// A context with memory of its own, about 1.3 MB at level 1. Throws `.outOfMemory`.
    package init() throws(ZstandardError) {
        guard let context = ZSTD_createCCtx() else { throw .outOfMemory }
        self.context = context
    }

    deinit { _ = ZSTD_freeCCtx(context) }

    /// The most bytes that `compress` can need for `byteCount` bytes of input.
    package static func compressionBound(for byteCount: Int) -> Int { ZSTD_compressBound(byteCount) }

    /// Compresses all of `source` into the start of `destination` and returns how many bytes it wrote.
    ///
    /// Throws `.destinationTooSmall` when they do not fit: a destination smaller than the source is a way to ask for
    /// compression only where it saves something. `level` is clamped to `levels`.
    package mutating func compress(
        _ source: UnsafeRawBufferPointer, into destination: UnsafeMutableRawBufferPointer, level: Int,
        content: Content = .general
    ) throws(ZstandardError) -> Int {
        set(ZSTD_c_compressionLevel, to: min(max(level, Self.levels.lowerBound), Self.levels.upperBound))
        // 0 means the level's own value.
        set(ZSTD_c_minMatch, to: content == .general ? 0 : 7)
        set(ZSTD_c_hashLog, to: content == .general ? 0 : 7)
        let written = ZSTD_compress2(
            context, destination.baseAddress, destination.count, source.baseAddress, source.count)
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

    /// Sets a parameter of all frames to come; the values above are within every parameter's bounds.
    private mutating func set(_ parameter: ZSTD_cParameter, to value: Int) {
        let code = ZSTD_CCtx_setParameter(context, parameter, Int32(value))
        precondition(ZSTD_isError(code) == 0, "the parameter is within its bounds")
    }
}
