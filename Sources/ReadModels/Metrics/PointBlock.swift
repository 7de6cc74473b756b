/// The columns of at most 64 points that follow each other in a segment.
struct PointBlock {
    static let capacity = 64

    private(set) var steps: [Int64] = []
    private(set) var times: [Int64] = []
    private(set) var values: [Double] = []
    /// The position of the event that brought each point.
    private(set) var positions: [UInt64] = []

    /// A block without points. It takes room as they come, since many series have few.
    init() {}

    /// The points of a stored block.
    init(_ view: PointBlockView) {
        self.init()
        for index in 0..<view.count {
            append(
                step: view.step(index), time: view.time(index), value: view.value(index),
                position: view.position(index))
        }
    }

    var count: Int { steps.count }

    mutating func append(step: Int64, time: Int64, value: Double, position: UInt64) {
        steps.append(step)
        times.append(time)
        values.append(value)
        positions.append(position)
    }

    mutating func removeAll() {
        steps.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
    }
}

/// The stored form of a column of integers that never decrease: equal strides, or offsets from the first of 1, 2, 4 or
/// 8 bytes.
private struct IntegerColumn {
    var base: UInt64
    var stride: UInt64
    /// 0 with equal strides.
    var width: Int

    init(_ column: UnsafeBufferPointer<UInt64>) {
        base = column[0]
        stride = column.count > 1 ? column[1] &- column[0] : 0
        width = 0
        for index in 1..<max(column.count, 1) where column[index] &- column[index - 1] != stride {
            let span = column[column.count - 1] &- base
            width = span <= 0xFF ? 1 : span <= 0xFFFF ? 2 : span <= 0xFFFF_FFFF ? 4 : 8
            stride = 0
            break
        }
    }

    func write(_ column: UnsafeBufferPointer<UInt64>, to target: UnsafeMutableRawBufferPointer, at offset: Int) {
        for index in column.indices {
            let value = column[index] &- base
            let place = offset + index * width
            switch width {
            case 1: target[place] = UInt8(truncatingIfNeeded: value)
            case 2:
                target.storeBytes(
                    of: UInt16(truncatingIfNeeded: value).littleEndian, toByteOffset: place, as: UInt16.self)
            case 4:
                target.storeBytes(
                    of: UInt32(truncatingIfNeeded: value).littleEndian, toByteOffset: place, as: UInt32.self)
            case 8: target.storeBytes(of: value.littleEndian, toByteOffset: place, as: UInt64.self)
            default: return
            }
        }
    }
}

extension PointBlock {
    /// The block as it is stored (see *The rows* in the catalog), given to `body` as its byte count and what writes it.
    ///
    /// The block must not be empty.
    func withEncoding<Result, Failure: Error>(
        _ body: (_ byteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try steps.withUnsafeBufferPointer { steps throws(Failure) in
            try times.withUnsafeBufferPointer { times throws(Failure) in
                try positions.withUnsafeBufferPointer { positions throws(Failure) in
                    try values.withUnsafeBufferPointer { values throws(Failure) in
                        try PointBlock.encode(
                            UnsafeBufferPointer(rebasing: steps[...]).bits, times.bits, positions, values, body)
                    }
                }
            }
        }
    }

    private static func encode<Result, Failure: Error>(
        _ steps: UnsafeBufferPointer<UInt64>, _ times: UnsafeBufferPointer<UInt64>,
        _ positions: UnsafeBufferPointer<UInt64>, _ values: UnsafeBufferPointer<Double>,
        _ body: (_ byteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let count = steps.count
        let columns = [
            (steps, IntegerColumn(steps)), (times, IntegerColumn(times)), (positions, IntegerColumn(positions)),
        ]
        let valueWidth = PointBlock.width(of: values)
        let byteCount =
            PointBlockView.headerByteCount + columns.reduce(0) { $0 + count * $1.1.width }
            + (valueWidth == 0 ? 8 : count * valueWidth)
        return try body(byteCount) { target in
            target[0] = UInt8(count)
            target[4] = UInt8(valueWidth)
            for padding in 5..<8 { target[padding] = 0 }
            var offset = PointBlockView.headerByteCount
            for (index, (column, form)) in columns.enumerated() {
                target[1 + index] = UInt8(form.width)
                target.storeBytes(of: form.base.littleEndian, toByteOffset: 8 + 16 * index, as: UInt64.self)
                target.storeBytes(of: form.stride.littleEndian, toByteOffset: 16 + 16 * index, as: UInt64.self)
                form.write(column, to: target, at: offset)
                offset += count * form.width
            }
            switch valueWidth {
            case 0: target.storeBytes(of: values[0].bitPattern.littleEndian, toByteOffset: offset, as: UInt64.self)
            case 4:
                for index in 0..<count {
                    target.storeBytes(
                        of: Float(values[index]).bitPattern.littleEndian, toByteOffset: offset + 4 * index,
                        as: UInt32.self)
                }
            default:
                for index in 0..<count {
                    target.storeBytes(
                        of: values[index].bitPattern.littleEndian, toByteOffset: offset + 8 * index, as: UInt64.self)
                }
            }
        }
    }

    /// 0 when all values are the same, 4 when each is one of single precision, else 8.
    private static func width(of values: UnsafeBufferPointer<Double>) -> Int {
        var isConstant = true
        var isSingle = true
        for value in values {
            if value.bitPattern != values[0].bitPattern { isConstant = false }
            if isSingle, Double(Float(value)).bitPattern != value.bitPattern { isSingle = false }
            if !isConstant, !isSingle { return 8 }
        }
        return isConstant ? 0 : 4
    }
}

extension UnsafeBufferPointer<Int64> {
    /// The same memory as unsigned integers.
    fileprivate var bits: UnsafeBufferPointer<UInt64> {
        UnsafeRawBufferPointer(self).assumingMemoryBound(to: UInt64.self)
    }
}
