import Checksum

/// Records of an event file, each `length (8), masked CRC-32C of the length (4), data, masked CRC-32C of the data (4)`, numbers
/// little-endian (tensorflow/core/lib/io/record_writer.h). The data is a message `Event` (tensorflow/core/util/event.proto).
package enum EventRecords {
    static let overhead = 16

    /// A checksum as it is stored: turned by 15 bits, so that checksums of checksums do not come about.
    static func masked(_ checksum: UInt32) -> UInt32 { (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8 }

    package static func append(_ event: [UInt8], to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt64(event.count).littleEndian) { length in
            bytes.append(contentsOf: length)
            append(masked(CRC32C.of(length)), to: &bytes)
        }
        bytes += event
        append(masked(event.withUnsafeBytes { CRC32C.of($0) }), to: &bytes)
    }

    private static func append(_ checksum: UInt32, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: checksum.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
