/// A stored block of points, read where it lies; good as long as the transaction it was read in.
struct PointBlockView {
    static let headerByteCount = 56

    private let bytes: UnsafeRawBufferPointer
    let count: Int
    private let stepWidth: Int
    private let timeWidth: Int
    private let positionWidth: Int
    private let valueWidth: Int
    private let timesOffset: Int
    private let positionsOffset: Int
    private let valuesOffset: Int

    /// Nil when the bytes are no block.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= PointBlockView.headerByteCount else { return nil }
        self.bytes = bytes
        count = Int(bytes[0])
        stepWidth = Int(bytes[1])
        timeWidth = Int(bytes[2])
        positionWidth = Int(bytes[3])
        valueWidth = Int(bytes[4])
        guard (1...PointBlock.capacity).contains(count), max(stepWidth, timeWidth, positionWidth, valueWidth) <= 8
        else {
            return nil
        }
        timesOffset = PointBlockView.headerByteCount + count * stepWidth
        positionsOffset = timesOffset + count * timeWidth
        valuesOffset = positionsOffset + count * positionWidth
        guard bytes.count >= valuesOffset + (valueWidth == 0 ? 8 : count * valueWidth) else { return nil }
    }

    @inline(__always)
    func step(_ index: Int) -> Int64 {
        Int64(bitPattern: integer(index, header: 8, width: stepWidth, offset: PointBlockView.headerByteCount))
    }

    @inline(__always)
    func time(_ index: Int) -> Int64 {
        Int64(bitPattern: integer(index, header: 24, width: timeWidth, offset: timesOffset))
    }

    @inline(__always)
    func position(_ index: Int) -> UInt64 {
        integer(index, header: 40, width: positionWidth, offset: positionsOffset)
    }

    @inline(__always)
    func value(_ index: Int) -> Double {
        switch valueWidth {
        case 0: Double(bitPattern: load(valuesOffset, as: UInt64.self))
        case 4: Double(Float(bitPattern: load(valuesOffset + 4 * index, as: UInt32.self)))
        default: Double(bitPattern: load(valuesOffset + 8 * index, as: UInt64.self))
        }
    }

    /// The first of the points from `start` on, before `end`, whose step or time is greater than `place`; `end` if there is none.
    func firstIndex(after place: Int64, isTime: Bool, from start: Int, to end: Int) -> Int {
        var low = start
        var high = end
        while low < high {
            let middle = (low + high) / 2
            if (isTime ? time(middle) : step(middle)) > place { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Calls `body` with the points of `range` and their values, in order.
    @inline(__always)
    func forEachValue(in range: Range<Int>, _ body: (Int, Double) -> Void) {
        switch valueWidth {
        case 0:
            let value = value(0)
            for index in range { body(index, value) }
        case 4:
            for index in range {
                body(index, Double(Float(bitPattern: load(valuesOffset + 4 * index, as: UInt32.self))))
            }
        default:
            for index in range { body(index, Double(bitPattern: load(valuesOffset + 8 * index, as: UInt64.self))) }
        }
    }

    /// Appends the steps of the points in `range`.
    func appendSteps(of range: Range<Int>, to column: inout [Int64]) {
        append(range, header: 8, width: stepWidth, offset: PointBlockView.headerByteCount, to: &column)
    }

    /// Appends the times of the points in `range`.
    func appendTimes(of range: Range<Int>, to column: inout [Int64]) {
        append(range, header: 24, width: timeWidth, offset: timesOffset, to: &column)
    }

    @inline(__always)
    private func append(_ range: Range<Int>, header: Int, width: Int, offset: Int, to column: inout [Int64]) {
        let base = load(header, as: UInt64.self)
        let stride = load(header + 8, as: UInt64.self)
        switch width {
        case 0: for index in range { column.append(Int64(bitPattern: base &+ stride &* UInt64(index))) }
        case 1: for index in range { column.append(Int64(bitPattern: base &+ UInt64(bytes[offset + index]))) }
        case 2:
            for index in range {
                column.append(Int64(bitPattern: base &+ UInt64(load(offset + 2 * index, as: UInt16.self))))
            }
        case 4:
            for index in range {
                column.append(Int64(bitPattern: base &+ UInt64(load(offset + 4 * index, as: UInt32.self))))
            }
        default:
            for index in range {
                column.append(Int64(bitPattern: base &+ load(offset + 8 * index, as: UInt64.self)))
            }
        }
    }

    @inline(__always)
    private func integer(_ index: Int, header: Int, width: Int, offset: Int) -> UInt64 {
        let base = load(header, as: UInt64.self)
        return switch width {
        case 0: base &+ load(header + 8, as: UInt64.self) &* UInt64(index)
        case 1: base &+ UInt64(bytes[offset + index])
        case 2: base &+ UInt64(load(offset + 2 * index, as: UInt16.self))
        case 4: base &+ UInt64(load(offset + 4 * index, as: UInt32.self))
        default: base &+ load(offset + 8 * index, as: UInt64.self)
        }
    }

    @inline(__always)
    private func load<Integer: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Integer.Type) -> Integer {
        Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
    }
}
