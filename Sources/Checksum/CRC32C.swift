import CDigest

/// CRC-32C, the cyclic redundancy check with Castagnoli's polynomial (RFC 3720, appendix B.4), which frames the records of
/// TensorBoard's event files.
///
/// By the processor's own instruction where there is one, at several gigabytes a second; else by a table.
package enum CRC32C {
    private static let hasInstruction = pivot_crc32c_is_there() != 0

    package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard hasInstruction, let start = bytes.baseAddress else { return byTable(bytes) }
        return ~pivot_crc32c(.max, start.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    /// The same, without the instruction.
    package static func byTable(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        ~bytes.reduce(UInt32.max) { crc, byte in table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ crc >> 8 }
    }

    /// The remainder of each byte, bits reversed.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0x82F6_3B78 }
    }
}
