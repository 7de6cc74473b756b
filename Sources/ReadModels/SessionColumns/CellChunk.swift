/// The cells of 64 sessions in one column: which sessions have one, and each different cell once.
///
/// A mask of the sessions that have a cell (8 bytes, little-endian, the first session in the lowest bit); the count of different
/// cells (1); when there are several, for each session with a cell the number of its cell (1 each); then the cells, in the
/// order in which the sessions have them first.
final class CellChunk {
    /// The number of sessions of a row.
    static let capacity = 64

    /// By session; empty when it has none.
    private var cells: [[UInt8]]

    init() { cells = Array(repeating: [], count: CellChunk.capacity) }

    convenience init(_ view: CellChunkView) {
        self.init()
        fill(from: view)
    }

    /// Takes the cells of a stored row.
    func fill(from view: CellChunkView) {
        let different = view.cells.map { Array($0) }
        view.forEach { row, number in cells[row] = number < different.count ? different[number] : [] }
    }

    /// Puts a cell; returns false when it was there already.
    func set(_ row: Int, to cell: [UInt8]) -> Bool {
        guard cells[row] != cell else { return false }
        cells[row] = cell
        return true
    }

    /// The row; empty when no session has a cell.
    var bytes: [UInt8] {
        var mask: UInt64 = 0
        var numbers: [UInt8] = []
        var different: [[UInt8]] = []
        var known: [[UInt8]: UInt8] = [:]
        for (row, cell) in cells.enumerated() where !cell.isEmpty {
            mask |= 1 << UInt64(row)
            // Neighbours are alike more often than not.
            if let last = numbers.last, different[Int(last)] == cell {
                numbers.append(last)
                continue
            }
            let number = known[cell] ?? UInt8(different.count)
            if Int(number) == different.count {
                known[cell] = number
                different.append(cell)
            }
            numbers.append(number)
        }
        guard mask != 0 else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(9 + numbers.count + different.reduce(0) { $0 + $1.count })
        withUnsafeBytes(of: mask.littleEndian) { bytes += $0 }
        bytes.append(UInt8(different.count))
        if different.count > 1 { bytes += numbers }
        for cell in different { bytes += cell }
        return bytes
    }
}

/// A `CellChunk` where it lies.
struct CellChunkView {
    /// The sessions that have a cell.
    let mask: UInt64
    let count: Int
    private let numbers: UnsafeRawBufferPointer
    /// The different cells, one after the other.
    let content: UnsafeRawBufferPointer

    /// Nil when the bytes are not a row.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 9 else { return nil }
        mask = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        count = Int(bytes[8])
        let numberCount = count > 1 ? mask.nonzeroBitCount : 0
        guard (1...CellChunk.capacity).contains(count), bytes.count > 9 + numberCount else { return nil }
        numbers = UnsafeRawBufferPointer(rebasing: bytes[9..<9 + numberCount])
        content = UnsafeRawBufferPointer(rebasing: bytes[(9 + numberCount)...])
        // A number beyond the cells would be of none: it is not looked for, since a row is read in every list.
    }

    /// The bytes of the different cells, in their order.
    var cells: [UnsafeRawBufferPointer] {
        var cells: [UnsafeRawBufferPointer] = []
        cells.reserveCapacity(count)
        guard var place = content.baseAddress else { return cells }
        forEachCell { _, cell in
            cells.append(UnsafeRawBufferPointer(start: place, count: cell.end - place))
            place = cell.end
        }
        return cells
    }

    /// The different cells, in their order.
    var views: [CellView] {
        var views: [CellView] = []
        views.reserveCapacity(count)
        forEachCell { views.append($1) }
        return views
    }

    /// Calls `body` with each different cell and its number.
    @inline(__always)
    func forEachCell(_ body: (Int, CellView) -> Void) {
        guard var place = content.baseAddress else { return }
        let limit = place + content.count
        for number in 0..<count {
            guard let cell = CellView(at: place, before: limit) else { return }
            body(number, cell)
            place = cell.end
        }
    }

    /// Calls `body` with each session that has a cell, by its place in the row, and its cell's number.
    @inline(__always)
    func forEach(_ body: (_ row: Int, _ number: Int) -> Void) {
        var rest = mask
        var place = 0
        while rest != 0 {
            body(rest.trailingZeroBitCount, count > 1 ? Int(numbers[place]) : 0)
            rest &= rest - 1
            place += 1
        }
    }

    /// The sessions whose cell is among those with a bit in `chosen`, the first cell in the lowest bit.
    func rows(withCellsIn chosen: UInt64) -> UInt64 {
        guard chosen != 0 else { return 0 }
        guard count > 1 else { return mask }
        var rows: UInt64 = 0
        forEach { row, number in rows |= (chosen >> UInt64(number & 63) & 1) << UInt64(row) }
        return rows
    }

    /// The cells that sessions of `rows` have, the first cell in the lowest bit.
    func cells(ofRows rows: UInt64) -> UInt64 {
        guard count > 1, rows & mask != mask else { return .max }
        var cells: UInt64 = 0
        forEach { row, number in cells |= (rows >> UInt64(row) & 1) << UInt64(number & 63) }
        return cells
    }

    /// The cell of a session; nil when it has none.
    func cell(of row: Int) -> CellView? {
        guard mask >> UInt64(row) & 1 == 1 else { return nil }
        let before = (mask & ((1 << UInt64(row)) - 1)).nonzeroBitCount
        let wanted = count > 1 ? Int(numbers[before]) : 0
        var found: CellView?
        forEachCell { if $0 == wanted { found = $1 } }
        return found
    }
}
