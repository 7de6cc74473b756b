import CZstd

/// A decompression context that is used again and again.
///
/// It has one owner and does one thing at a time. No call ever writes or allocates more than its caller allows,
/// whatever the bytes claim.
// The pointer is never given away and a value that cannot be copied has one owner, so it may move between threads.
package struct ZstandardDecompressor: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer

    /// A context with memory of its own, about 160 KB. Throws `.outOfMemory`.
    package init() throws(ZstandardError) {
        guard let context = ZSTD_createDCtx() else { throw .outOfMemory }
        self.context = context
    }

    deinit { _ = ZSTD_freeDCtx(context) }

    /// Decompresses all of `source` into the start of `destination` and returns how many bytes it wrote.
    ///
    /// Throws `.tooLarge` when the content does not fit and `.malformed` when `source` is not whole, sound frames. The
    /// destination's bytes are undefined after an error.
    package mutating func decompress(
        _ source: UnsafeRawBufferPointer, into destination: UnsafeMutableRawBufferPointer
    ) throws(ZstandardError) -> Int {
        let written = ZSTD_decompressDCtx(
            context, destination.baseAddress, destination.count, source.baseAddress, source.count)
        guard ZSTD_isError(written) == 0 else { throw Self.error(written, maximumByteCount: destination.count) }
        return written
    }

    /// The content of `bytes`, which are one or more whole frames; at most `maximumByteCount` bytes.
    ///
    /// Memory grows with what the frames really hold, not with what their headers claim. Throws `.tooLarge` for
    /// anything larger, and `.malformed` for damaged or incomplete frames and for no bytes at all.
    package mutating func decompress(
        _ bytes: some Collection<UInt8>, maximumByteCount: Int
    ) throws(ZstandardError) -> [UInt8] {
        precondition(maximumByteCount >= 0, "a maximum is not negative")
        let source = ContiguousArray(bytes)
        let result = source.withUnsafeBytes { input in
            Result { () throws(ZstandardError) in try content(of: input, maximumByteCount: maximumByteCount) }
        }
        return try result.get()
    }

    private mutating func content(
        of source: UnsafeRawBufferPointer, maximumByteCount: Int
    ) throws(ZstandardError) -> [UInt8] {
        guard !source.isEmpty else { throw .malformed(reason: "there are no bytes") }
        _ = ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
        var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
        var content: [UInt8] = []
        var stepByteCount = min(max(1024, source.count.multipliedReportingOverflow(by: 4).partialValue), 1 << 17)
        while true {
            // One byte of room beyond the maximum shows content that is too large.
            let room = min(stepByteCount, maximumByteCount - content.count + 1)
            var state = (hint: 0, wasFull: false)
            let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: room, pos: 0)
                state.hint = ZSTD_decompressStream(context, &output, &input)
                state.wasFull = output.pos == output.size
                count = output.pos
            }
            guard ZSTD_isError(state.hint) == 0 else {
                throw Self.error(state.hint, maximumByteCount: maximumByteCount)
            }
            content += piece
            guard content.count <= maximumByteCount else { throw .tooLarge(maximumByteCount: maximumByteCount) }
            if input.pos == input.size, !state.wasFull {
                guard state.hint == 0 else { throw .malformed(reason: "the last frame is incomplete") }
                return content
            }
            if state.hint == 0, input.pos == input.size { return content }
            stepByteCount = min(stepByteCount * 2, 1 << 22)
        }
    }

    private static func error(_ code: Int, maximumByteCount: Int) -> ZstandardError {
        switch ZSTD_getErrorCode(code) {
        case ZSTD_error_dstSize_tooSmall: .tooLarge(maximumByteCount: maximumByteCount)
        case ZSTD_error_memory_allocation: .outOfMemory
        default: .malformed(reason: String(cString: ZSTD_getErrorName(code)))
        }
    }
}
