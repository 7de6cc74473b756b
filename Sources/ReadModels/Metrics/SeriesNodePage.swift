/// A stored row of nodes of one level, read where they lie; good as long as the transaction it was read in.
struct SeriesNodePage {
    private let bytes: UnsafeRawBufferPointer

    /// Nil when the bytes are no such row.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count % SeriesNode.byteCount == 0,
            (1...SeriesNode.fanOut).contains(bytes.count / SeriesNode.byteCount)
        else { return nil }
        self.bytes = bytes
    }

    var count: Int { bytes.count / SeriesNode.byteCount }

    /// The place on the axis of a node's first point.
    @inline(__always)
    func first(_ index: Int, isTime: Bool) -> Int64 { integer(index, isTime ? 16 : 8) }

    /// The place on the axis of a node's last point.
    @inline(__always)
    func last(_ index: Int, isTime: Bool) -> Int64 { integer(index, isTime ? 40 : 32) }

    /// The smallest finite value; NaN when there is none.
    @inline(__always)
    func minimumValue(_ index: Int) -> Double { Double(bitPattern: UInt64(bitPattern: integer(index, 48))) }

    /// The largest finite value; NaN when there is none.
    @inline(__always)
    func maximumValue(_ index: Int) -> Double { Double(bitPattern: UInt64(bitPattern: integer(index, 72))) }

    @inline(__always)
    func nanCount(_ index: Int) -> Int { Int(counter(index, 104)) }

    @inline(__always)
    func positiveInfinityCount(_ index: Int) -> Int { Int(counter(index, 108)) }

    @inline(__always)
    func negativeInfinityCount(_ index: Int) -> Int { Int(counter(index, 112)) }

    /// The whole node; `level` is the row's.
    func node(_ index: Int, level: Int) -> SeriesNode {
        let lastIndex = (UInt32(1) << (6 * UInt32(level))) - 1
        let minimumIndex = counter(index, 96)
        return SeriesNode(
            first: point(index, 0, 0), last: point(index, 24, lastIndex),
            minimum: point(index, 48, minimumIndex == .max ? 0 : minimumIndex),
            maximum: point(index, 72, minimumIndex == .max ? 0 : counter(index, 100)),
            hasFinite: minimumIndex != .max, nanCount: counter(index, 104),
            positiveInfinityCount: counter(index, 108), negativeInfinityCount: counter(index, 112))
    }

    /// The first, last, smallest or largest point of a node.
    func point(_ point: NodePoint, of index: Int, level: Int) -> SeriesNode.Point {
        switch point {
        case .first: self.point(index, 0, 0)
        case .last: self.point(index, 24, (UInt32(1) << (6 * UInt32(level))) - 1)
        case .minimum: self.point(index, 48, counter(index, 96))
        case .maximum: self.point(index, 72, counter(index, 100))
        }
    }

    /// The points of a node that are kept.
    enum NodePoint {
        case first, last, minimum, maximum
    }

    private func point(_ index: Int, _ offset: Int, _ place: UInt32) -> SeriesNode.Point {
        SeriesNode.Point(
            value: Double(bitPattern: UInt64(bitPattern: integer(index, offset))), step: integer(index, offset + 8),
            time: integer(index, offset + 16), index: place)
    }

    @inline(__always)
    private func integer(_ index: Int, _ offset: Int) -> Int64 {
        Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * SeriesNode.byteCount + offset, as: Int64.self))
    }

    @inline(__always)
    private func counter(_ index: Int, _ offset: Int) -> UInt32 {
        UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: index * SeriesNode.byteCount + offset, as: UInt32.self))
    }
}
