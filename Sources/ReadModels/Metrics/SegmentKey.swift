/// Names one segment of a series: points of one attempt whose steps and times never decrease.
struct SegmentKey: Hashable {
    var series: UInt64
    var attempt: UInt32
    /// From 0, one more at each point that fits no open segment.
    var segment: UInt32

    /// The bytes with which the keys of the series begin.
    static func prefix(ofSeries series: UInt64) -> [UInt8] { RowKey().appending(series).bytes }

    /// The key of a row: series, attempt, segment, level, index of the block or page.
    func row(level: UInt8, index: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SegmentKey.byteCount) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            raw.storeBytes(of: series.bigEndian, toByteOffset: 0, as: UInt64.self)
            raw.storeBytes(of: attempt.bigEndian, toByteOffset: 8, as: UInt32.self)
            raw.storeBytes(of: segment.bigEndian, toByteOffset: 12, as: UInt32.self)
            raw[16] = level
            raw.storeBytes(of: UInt32(truncatingIfNeeded: index).bigEndian, toByteOffset: 17, as: UInt32.self)
            count = SegmentKey.byteCount
        }
    }

    static let byteCount = 21

    init(series: UInt64, attempt: UInt32, segment: UInt32) {
        self.series = series
        self.attempt = attempt
        self.segment = segment
    }

    /// The segment that a row's key belongs to; nil when it is no such key.
    init?(_ key: UnsafeRawBufferPointer) {
        guard key.count == SegmentKey.byteCount else { return nil }
        series = key.bigEndian(at: 0, as: UInt64.self)
        attempt = key.bigEndian(at: 8, as: UInt32.self)
        segment = key.bigEndian(at: 12, as: UInt32.self)
    }

    /// The level and the index that a row's key names.
    static func place(_ key: UnsafeRawBufferPointer) -> (level: UInt8, index: Int) {
        (key[16], Int(key.bigEndian(at: 17, as: UInt32.self)))
    }
}
