import Tracking

/// Rows of columns as they were at a past position, for the time that a snapshot lives.
///
/// The sessions that have changed since have other cells in them than the stored rows; all others have the same.
final class PastRows {
    /// The sessions as the past position had them.
    struct Sessions {
        /// Those that had been created.
        var created: SessionMask
        /// Those of them that have changed since.
        var changed: SessionMask
    }

    /// A row that was made.
    struct Row {
        /// The sessions whose cells are those of the past.
        var sessions: UInt64
        /// Nil when no session has a cell. Good as long as this lives, since orders refer to texts where they lie.
        var bytes: UnsafeRawBufferPointer?
    }

    /// Nil until they were asked for.
    var sessions: Sessions?
    private var rows: [[UInt8]: Row] = [:]
    private var buffers: [UnsafeMutableRawBufferPointer] = []

    deinit { for buffer in buffers { buffer.deallocate() } }

    /// The row at `key`, if it was made.
    func row(_ key: [UInt8]) -> Row? { rows[key] }

    /// Keeps a row, in which the cells of `sessions` are those of the past.
    func keep(_ bytes: [UInt8], for sessions: UInt64, at key: [UInt8]) -> Row {
        var row = Row(sessions: sessions)
        if !bytes.isEmpty {
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
            buffer.copyBytes(from: bytes)
            buffers.append(buffer)
            row.bytes = UnsafeRawBufferPointer(buffer)
        }
        rows[key] = row
        return row
    }
}
