/// The types of numbers that scans are stored in.
enum VoxelType: Sendable {
    case uint8, int8, uint16, int16, uint32, int32, float32, float64

    var byteCount: Int {
        switch self {
        case .uint8, .int8: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .float64: 8
        }
    }

    /// The numbers in `bytes` as slope · number + intercept.
    func values(
        in bytes: UnsafeRawBufferPointer, isBigEndian: Bool, slope: Float = 1, intercept: Float = 0
    ) -> [Float] {
        switch self {
        case .uint8: bytes.map { slope * Float($0) + intercept }
        case .int8: bytes.map { slope * Float(Int8(bitPattern: $0)) + intercept }
        case .uint16: convert(bytes, isBigEndian, UInt16.self) { slope * Float($0) + intercept }
        case .int16: convert(bytes, isBigEndian, UInt16.self) { slope * Float(Int16(bitPattern: $0)) + intercept }
        case .uint32: convert(bytes, isBigEndian, UInt32.self) { slope * Float($0) + intercept }
        case .int32: convert(bytes, isBigEndian, UInt32.self) { slope * Float(Int32(bitPattern: $0)) + intercept }
        case .float32: convert(bytes, isBigEndian, UInt32.self) { slope * Float(bitPattern: $0) + intercept }
        case .float64: convert(bytes, isBigEndian, UInt64.self) { slope * Float(Double(bitPattern: $0)) + intercept }
        }
    }

    private func convert<Bits: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ isBigEndian: Bool, _ type: Bits.Type, _ body: (Bits) -> Float
    ) -> [Float] {
        let count = bytes.count / MemoryLayout<Bits>.size
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                let bits = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
                buffer.initializeElement(
                    at: index, to: body(isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits)))
            }
            initialized = count
        }
    }
}
