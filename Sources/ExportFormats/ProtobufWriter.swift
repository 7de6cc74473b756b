/// Messages of Protocol Buffers, written field by field into bytes (protobuf.dev, *Encoding*).
///
/// Only what is written here is needed: varints, fixed numbers of 64 bits, and bytes with their length before them.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    /// The bytes of a message whose fields `body` writes.
    static func message(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        body(&writer)
        return writer.bytes
    }

    mutating func varint(_ field: Int, _ value: UInt64) {
        Self.append(UInt64(field) << 3, to: &bytes)
        Self.append(value, to: &bytes)
    }

    mutating func double(_ field: Int, _ value: Double) {
        Self.append(UInt64(field) << 3 | 1, to: &bytes)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func text(_ field: Int, _ text: String) { delimited(field, text.utf8) }

    mutating func data(_ field: Int, _ data: some Collection<UInt8>) { delimited(field, data) }

    mutating func message(_ field: Int, _ body: (inout ProtobufWriter) -> Void) { delimited(field, Self.message(body)) }

    /// Packed numbers of 64 bits.
    mutating func packed(_ field: Int, _ numbers: [Double]) {
        numbers.withUnsafeBytes { delimited(field, $0) }
    }

    mutating func packed(_ field: Int, _ numbers: [Int64]) {
        numbers.withUnsafeBytes { delimited(field, $0) }
    }

    private mutating func delimited(_ field: Int, _ data: some Collection<UInt8>) {
        Self.append(UInt64(field) << 3 | 2, to: &bytes)
        Self.append(UInt64(data.count), to: &bytes)
        bytes.append(contentsOf: data)
    }

    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
