import CZlib

/// Packs a stream of bytes as one gzip member (RFC 1952), piece by piece.
///
/// Unchecked: it has one owner and does one thing at a time.
package final class GzipCompressor: @unchecked Sendable {
    private let stream: UnsafeMutablePointer<z_stream>

    /// `level` is from 1, the fastest, to 9, the smallest. Throws `.outOfMemory`.
    package init(level: Int = 1) throws(ZlibError) {
        precondition((1...9).contains(level), "the level is \(level); it must be from 1 to 9")
        stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard pivot_gzip_init(stream, Int32(level)) == Z_OK else {
            stream.deallocate()
            throw .outOfMemory
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// The packed bytes that `bytes` let out; after the last ones the member has ended, and nothing may follow.
    package func pack(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        var packed: [UInt8] = []
        bytes.withUnsafeBufferPointer { input in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(input.count)
            var isFull = true
            while isFull {
                packed += [UInt8](unsafeUninitializedCapacity: 64 << 10) { output, count in
                    stream.pointee.next_out = output.baseAddress
                    stream.pointee.avail_out = UInt32(output.count)
                    // It fails only when its own state is damaged.
                    let status = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    precondition(status != Z_STREAM_ERROR, "the stream is one that was begun and has not ended")
                    count = output.count - Int(stream.pointee.avail_out)
                    isFull = stream.pointee.avail_out == 0
                }
            }
        }
        return packed
    }
}
