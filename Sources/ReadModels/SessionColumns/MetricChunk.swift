import Tracking

/// The statistics that 64 sessions have of one metric, side by side, since they change together.
///
/// A mask of the sessions that have the metric, and one of those that have a finite value of it (8 bytes each, the first session
/// in the lowest bit); then for each session with the metric six doubles: first, last, smallest, greatest, best value, count.
/// All little-endian. Without a finite value the smallest, the greatest and the best are 0.
final class MetricChunk {
    private(set) var mask: UInt64 = 0
    private(set) var finiteMask: UInt64 = 0
    private var numbers = [Double](repeating: 0, count: CellChunk.capacity * MetricChunk.width)

    /// The statistics in their order; made once, since every row is read by it.
    static let statistics = MetricSummary.Statistic.allCases
    static let width = statistics.count

    init() {}

    init(_ view: MetricChunkView) {
        mask = view.mask
        finiteMask = view.finiteMask
        for (place, statistic) in MetricChunk.statistics.enumerated() {
            view.forEach(statistic, within: .max) { numbers[$0 * MetricChunk.width + place] = $1 }
        }
    }

    /// Puts a session's statistics; nil takes them away. Returns false when they were so already.
    func set(_ row: Int, to summary: MetricSummary?, isMaximized: Bool) -> Bool {
        let bit: UInt64 = 1 << UInt64(row)
        let earlier = (mask & bit, finiteMask & bit)
        let axis = summary?.axis
        mask = axis.map { $0.count > 0 } ?? false ? mask | bit : mask & ~bit
        finiteMask = mask & bit != 0 && axis?.minimum != nil ? finiteMask | bit : finiteMask & ~bit
        var isChanged = earlier != (mask & bit, finiteMask & bit)
        for (place, statistic) in MetricChunk.statistics.enumerated() {
            let value = mask & bit == 0 ? 0 : summary?.value(statistic, isMaximized: isMaximized) ?? 0
            let index = row * MetricChunk.width + place
            guard numbers[index].bitPattern != value.bitPattern else { continue }
            numbers[index] = value
            isChanged = true
        }
        return isChanged
    }

    /// The row; empty when no session has the metric.
    var bytes: [UInt8] {
        guard mask != 0 else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16 + mask.nonzeroBitCount * MetricChunk.width * 8)
        for word in [mask, finiteMask] { withUnsafeBytes(of: word.littleEndian) { bytes += $0 } }
        for row in 0..<CellChunk.capacity where mask >> UInt64(row) & 1 == 1 {
            for place in 0..<MetricChunk.width {
                let number = numbers[row * MetricChunk.width + place]
                withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 }
            }
        }
        return bytes
    }
}

/// A `MetricChunk` where it lies.
struct MetricChunkView {
    let mask: UInt64
    let finiteMask: UInt64
    private let numbers: UnsafeRawBufferPointer

    /// Nil when the bytes are not a row.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 16 else { return nil }
        mask = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        finiteMask = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        numbers = UnsafeRawBufferPointer(rebasing: bytes[16...])
        guard numbers.count == mask.nonzeroBitCount * MetricChunk.width * 8 else { return nil }
    }

    /// The sessions that have `statistic`.
    func mask(of statistic: MetricSummary.Statistic) -> UInt64 {
        switch statistic {
        case .first, .last, .count: mask
        case .min, .max, .best: finiteMask
        }
    }

    /// Calls `body` with each session among `rows` that has `statistic`, by its place in the row, and the number.
    @inline(__always)
    func forEach(
        _ statistic: MetricSummary.Statistic, within rows: UInt64, _ body: (_ row: Int, _ number: Double) -> Void
    ) {
        let column = MetricChunk.statistics.firstIndex(of: statistic) ?? 0
        let wanted = mask(of: statistic) & rows
        var rest = mask
        var place = column * 8
        while rest != 0 {
            let row = rest.trailingZeroBitCount
            if wanted >> UInt64(row) & 1 == 1 {
                let bits = numbers.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                body(row, Double(bitPattern: UInt64(littleEndian: bits)))
            }
            rest &= rest - 1
            place += MetricChunk.width * 8
        }
    }
}
