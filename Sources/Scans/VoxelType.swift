/// The types of numbers that scans are stored in.
enum VoxelType: Sendable {
    case uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64

    var byteCount: Int {
        switch self {
        case .uint8, .int8: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        }
    }

    /// The bounds of an integer type; nil for a float.
    var integerRange: ClosedRange<Double>? {
        switch self {
        case .uint8: 0...255
        case .int8: -128...127
        case .uint16: 0...65_535
        case .int16: -32_768...32_767
        case .uint32: 0...4_294_967_295
        case .int32: -2_147_483_648...2_147_483_647
        // Doubles beyond 2⁵³ are integers, too, and no longer each of them.
        case .uint64: 0...9_007_199_254_740_992
        case .int64: -9_007_199_254_740_992...9_007_199_254_740_992
        case .float32, .float64: nil
        }
    }

    /// The linear map from stored numbers to intensities.
    struct Scaling: Equatable, Sendable {
        var slope = 1.0
        var intercept = 0.0
    }

    /// The numbers in `bytes`, scaled in double precision and then rounded to float32.
    ///
    /// - Throws: for an integer that float32 does not hold exactly and that is not scaled, and for a finite number beyond
    ///   float32: to train on others than were stored would be wrong in silence.
    func values(
        in bytes: UnsafeRawBufferPointer, isBigEndian: Bool, scaling: Scaling? = nil
    ) throws(VoxelFault) -> [Float] {
        func integers<Stored: FixedWidthInteger>(_ type: Stored.Type) throws(VoxelFault) -> [Float] {
            let isExact = Stored.bitWidth <= 16 || scaling != nil
            return try convert(bytes, isBigEndian, Stored.self) { stored, index throws(VoxelFault) in
                if let scaling { return try Self.narrowed(scaling.slope * Double(stored) + scaling.intercept, index) }
                let value = Float(stored)
                guard isExact || Stored(exactly: value) == stored else {
                    throw VoxelFault(value: "\(stored)", index: index)
                }
                return value
            }
        }
        switch self {
        case .uint8: return try integers(UInt8.self)
        case .int8: return try integers(Int8.self)
        case .uint16: return try integers(UInt16.self)
        case .int16: return try integers(Int16.self)
        case .uint32: return try integers(UInt32.self)
        case .int32: return try integers(Int32.self)
        case .uint64: return try integers(UInt64.self)
        case .int64: return try integers(Int64.self)
        case .float32:
            return try convert(bytes, isBigEndian, UInt32.self) { bits, index throws(VoxelFault) in
                let value = Float(bitPattern: bits)
                guard let scaling else { return value }
                return try Self.narrowed(scaling.slope * Double(value) + scaling.intercept, index)
            }
        case .float64:
            return try convert(bytes, isBigEndian, UInt64.self) { bits, index throws(VoxelFault) in
                let value = Double(bitPattern: bits)
                return try Self.narrowed(scaling.map { $0.slope * value + $0.intercept } ?? value, index)
            }
        }
    }

    /// The numbers of a text, separated by blanks and line ends.
    func values(inText text: some Collection<UInt8>, count: Int) throws(VoxelFault) -> [Float] {
        var values: [Float] = []
        values.reserveCapacity(count)
        for word in text.split(whereSeparator: { $0 == 32 || (9...13).contains($0) }) {
            guard values.count < count else { break }
            let shown = String(decoding: word.prefix(32), as: UTF8.self)
            guard let number = Double(String(decoding: word, as: UTF8.self)) else {
                throw VoxelFault(value: "'\(shown)'", index: values.count, reason: "is not a number")
            }
            let value = try Self.narrowed(number, values.count)
            if let range = integerRange {
                guard range.contains(number), number == number.rounded(), Double(value) == number else {
                    throw VoxelFault(value: shown, index: values.count, reason: "its type cannot hold")
                }
            }
            values.append(value)
        }
        return values
    }

    private static func narrowed(_ value: Double, _ index: Int) throws(VoxelFault) -> Float {
        let narrow = Float(value)
        guard narrow.isFinite || !value.isFinite else { throw VoxelFault(value: "\(value)", index: index) }
        return narrow
    }

    private func convert<Bits: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ isBigEndian: Bool, _ type: Bits.Type,
        _ body: (Bits, _ index: Int) throws(VoxelFault) -> Float
    ) throws(VoxelFault) -> [Float] {
        let count = bytes.count / MemoryLayout<Bits>.size
        var values = [Float](repeating: 0, count: count)
        for index in 0..<count {
            let bits = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
            values[index] = try body(isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits), index)
        }
        return values
    }
}

/// A voxel whose number does not fit.
struct VoxelFault: Error {
    let value: String
    /// From 0, in the order of the file.
    let index: Int
    /// Goes on after "which".
    var reason = "a 32-bit float cannot hold exactly"

    /// A sentence's end that tells it.
    var description: String { "voxel \(index) is \(value), which \(reason)" }
}
