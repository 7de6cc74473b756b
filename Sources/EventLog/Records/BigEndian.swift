/// Reading and writing integers most significant byte first, as keys and records hold them.
extension UnsafeRawBufferPointer {
    /// The integer at `offset`, which must lie inside with all its bytes.
    @inline(__always)
    func integer<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Integer.Type) -> Integer {
        Integer(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Writes `value` at `offset`, where all its bytes must have room.
    @inline(__always)
    func store(_ value: some FixedWidthInteger & BitwiseCopyable, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: type(of: value))
    }
}

extension [UInt8] {
    /// Appends `value`, most significant byte first.
    mutating func append(bigEndian value: some FixedWidthInteger & BitwiseCopyable) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// The bytes of some integers, one after the other.
    static func bigEndian<each Integer: FixedWidthInteger & BitwiseCopyable>(_ values: repeat each Integer) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        repeat bytes.append(bigEndian: each values)
        return bytes
    }
}
