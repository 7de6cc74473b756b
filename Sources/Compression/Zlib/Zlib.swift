import CZlib

/// The library's functions that take all bytes in one call.
package enum Zlib {
    /// `bytes` as a zlib stream; `level` is from 1, the fastest, to 9, the smallest. Throws `.outOfMemory`.
    package static func compress(_ bytes: [UInt8], level: Int = 6) throws(ZlibError) -> [UInt8] {
        precondition((1...9).contains(level), "the level is \(level); it must be from 1 to 9")
        var status = Z_OK
        let bound = compressBound(UInt(bytes.count))
        let packed = [UInt8](unsafeUninitializedCapacity: Int(bound)) { buffer, count in
            var length = bound
            status = compress2(buffer.baseAddress, &length, bytes, UInt(bytes.count), Int32(level))
            count = status == Z_OK ? Int(length) : 0
        }
        guard status == Z_OK else { throw .outOfMemory }
        return packed
    }

    /// The content of a whole stream in memory; see `ZlibDecompressor`.
    package static func decompress(
        _ bytes: [UInt8], _ format: ZlibDecompressor.Format, maximumByteCount: Int
    ) throws(ZlibError) -> [UInt8] {
        let decompressor = try ZlibDecompressor(format, maximumByteCount: maximumByteCount)
        try bytes.withUnsafeBufferPointer { bytes throws(ZlibError) in
            try decompressor.append(UnsafeRawBufferPointer(bytes))
        }
        return try decompressor.finish()
    }

    /// The checksum CRC-32 of RFC 1952, as PNG has it too.
    ///
    /// - Parameter start: The checksum of the bytes before these.
    package static func crc32(_ bytes: [UInt8], after start: UInt32 = 0) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_z(UInt(start), bytes, bytes.count))
    }
}
