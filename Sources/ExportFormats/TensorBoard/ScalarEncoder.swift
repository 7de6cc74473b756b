import Checksum

/// Points of one scalar as records of an event file, in one go and without an allocation for each.
///
/// A value is a tensor of one double, which the log's values are, so nothing is rounded in the file; but only TensorBoard's Python
/// loader reads it. With `isSingle` it is a `simple_value` of 32 bits, which everything reads: TensorBoard's data server takes no
/// scalar of 64 bits (tensorboard/data/server, `data_compat.rs`).
struct ScalarEncoder {
    private let isSingle: Bool
    /// `Value.tag` and, in the first record of a file, `Value.metadata`.
    private let first: [UInt8]
    private let rest: [UInt8]

    init(tag: String, isSingle: Bool) {
        self.isSingle = isSingle
        rest = ProtobufWriter.message { $0.text(1, tag) }
        first = rest + ProtobufWriter.message { $0.data(9, SummaryMetadata.scalars) }
    }

    /// Adds a record for each point.
    ///
    /// - Parameter isFirst: True when the file has no point of the scalar yet.
    func append(
        steps: ArraySlice<Int64>, times: ArraySlice<Int64>, values: ArraySlice<Double>, isFirst: Bool,
        to bytes: inout [UInt8]
    ) {
        guard let step = steps.first, let time = times.first, let value = values.first else { return }
        let head = isFirst ? 1 : 0
        if isFirst { append(first, step, time, value, to: &bytes) }
        let count = steps.count - head
        guard count > 0 else { return }
        let chunk = [UInt8](unsafeUninitializedCapacity: count * (rest.count + Self.maximumGrowth)) { buffer, end in
            let target = UnsafeMutableRawBufferPointer(buffer)
            steps.withUnsafeBufferPointer { steps in
                times.withUnsafeBufferPointer { times in
                    values.withUnsafeBufferPointer { values in
                        rest.withUnsafeBytes { tag in
                            for place in head..<steps.count {
                                write(tag, steps[place], times[place], values[place], into: target, at: &end)
                            }
                        }
                    }
                }
            }
        }
        bytes += chunk
    }

    private func append(
        _ tag: [UInt8], _ step: Int64, _ time: Int64, _ value: Double, to bytes: inout [UInt8]
    ) {
        bytes += [UInt8](unsafeUninitializedCapacity: tag.count + Self.maximumGrowth) { buffer, end in
            tag.withUnsafeBytes { write($0, step, time, value, into: UnsafeMutableRawBufferPointer(buffer), at: &end) }
        }
    }

    /// The bytes of a record beside the tag, at most: its frame, the time, the step, three lengths and the value.
    private static let maximumGrowth = EventRecords.overhead + 9 + 11 + 3 * 6 + 20

    private func write(
        _ tag: UnsafeRawBufferPointer, _ step: Int64, _ time: Int64, _ value: Double,
        into target: UnsafeMutableRawBufferPointer, at end: inout Int
    ) {
        let start = end
        end += 12
        Self.put(0x09, target, &end)
        Self.put(fixed: (Double(time) / 1e6).bitPattern, target, &end)
        if step != 0 {
            Self.put(0x10, target, &end)
            Self.put(varint: UInt64(bitPattern: step), target, &end)
        }
        let valueByteCount = tag.count + (isSingle ? 5 : 16)
        Self.put(0x2A, target, &end)
        Self.put(varint: UInt64(valueByteCount + 1 + Self.length(ofVarint: UInt64(valueByteCount))), target, &end)
        Self.put(0x0A, target, &end)
        Self.put(varint: UInt64(valueByteCount), target, &end)
        target[end..<end + tag.count].copyBytes(from: tag)
        end += tag.count
        if isSingle {
            Self.put(0x15, target, &end)
            target.storeBytes(of: Float(value).bitPattern.littleEndian, toByteOffset: end, as: UInt32.self)
            end += 4
        } else {
            // A tensor of 14 bytes: its type DT_DOUBLE, a shape without dimensions, and one packed double.
            for byte in [0x42, 14, 0x08, 2, 0x12, 0, 0x32, 8] as [UInt8] { Self.put(byte, target, &end) }
            Self.put(fixed: value.bitPattern, target, &end)
        }
        let length = UInt64(end - start - 12).littleEndian
        target.storeBytes(of: length, toByteOffset: start, as: UInt64.self)
        Self.putChecksum(of: start..<start + 8, target, at: start + 8)
        Self.putChecksum(of: start + 12..<end, target, at: end)
        end += 4
    }

    private static func putChecksum(of range: Range<Int>, _ target: UnsafeMutableRawBufferPointer, at place: Int) {
        let checksum = EventRecords.masked(CRC32C.of(UnsafeRawBufferPointer(rebasing: target[range])))
        target.storeBytes(of: checksum.littleEndian, toByteOffset: place, as: UInt32.self)
    }

    private static func put(_ byte: UInt8, _ target: UnsafeMutableRawBufferPointer, _ end: inout Int) {
        target[end] = byte
        end += 1
    }

    private static func put(fixed value: UInt64, _ target: UnsafeMutableRawBufferPointer, _ end: inout Int) {
        target.storeBytes(of: value.littleEndian, toByteOffset: end, as: UInt64.self)
        end += 8
    }

    private static func put(varint value: UInt64, _ target: UnsafeMutableRawBufferPointer, _ end: inout Int) {
        var rest = value
        while rest >= 0x80 {
            put(UInt8(truncatingIfNeeded: rest) | 0x80, target, &end)
            rest >>= 7
        }
        put(UInt8(rest), target, &end)
    }

    private static func length(ofVarint value: UInt64) -> Int { (70 - (value | 1).leadingZeroBitCount) / 7 }
}
