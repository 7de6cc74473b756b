import Compression

/// Decompresses payloads one after the other with one context, made when the first one needs it.
final class PayloadDecompressor {
    private var context: ZstandardDecompressor?

    /// The content of `stored`, which is one frame of exactly `byteCount` bytes.
    ///
    /// - Throws: `field` when it is anything else.
    func decompress(_ stored: UnsafeRawBufferPointer, byteCount: Int) throws(RecordError) -> [UInt8] {
        var written: Result<Int, ZstandardError> = .success(0)
        let payload = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            written = Result { () throws(ZstandardError) in
                try decompress(stored, into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: byteCount))
            }
            if case .success(let byteCount) = written { count = byteCount }
        }
        guard case .success(byteCount) = written else { throw .field("compressed payload") }
        return payload
    }

    private func decompress(
        _ stored: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws(ZstandardError) -> Int {
        if context == nil { context = try ZstandardDecompressor() }
        return try context?.decompress(stored, into: target) ?? 0
    }
}
