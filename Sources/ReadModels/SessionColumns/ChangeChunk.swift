import Tracking

/// Where the log created 64 sessions, and where it last changed what lists select, order and show of them.
///
/// By these a list of a past position knows which sessions were there, and which are not in the columns as they were. 64 positions
/// of creation, 0 while nothing but telemetry is known, and 64 of the last change (8 bytes each, little-endian).
final class ChangeChunk {
    fileprivate static let byteCount = 2 * 8 * CellChunk.capacity

    private var positions = [UInt64](repeating: 0, count: 2 * CellChunk.capacity)

    init() {}

    init(_ view: ChangeChunkView) {
        for row in 0..<CellChunk.capacity {
            positions[row] = view.creation(of: row)
            positions[CellChunk.capacity + row] = view.lastChange(of: row)
        }
    }

    /// Notes that a session, created at `creation`, changed at `position`, the last so far.
    func note(_ row: Int, createdAt creation: UInt64, changedAt position: LogPosition) {
        positions[row] = creation
        positions[CellChunk.capacity + row] = position.rawValue
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ChangeChunk.byteCount)
        for position in positions { withUnsafeBytes(of: position.littleEndian) { bytes += $0 } }
        return bytes
    }
}

/// A `ChangeChunk` where it lies.
struct ChangeChunkView {
    private let bytes: UnsafeRawBufferPointer

    /// Nil when the bytes are not a row.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == ChangeChunk.byteCount else { return nil }
        self.bytes = bytes
    }

    /// The position at which a session was created; 0 when it was not.
    @inline(__always)
    func creation(of row: Int) -> UInt64 { position(row) }

    /// The position at which a session last changed.
    @inline(__always)
    func lastChange(of row: Int) -> UInt64 { position(CellChunk.capacity + row) }

    @inline(__always)
    private func position(_ place: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self))
    }
}
