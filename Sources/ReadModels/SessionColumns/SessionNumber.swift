import LMDB
import Tracking

/// A session's place in the table of sessions: from 0 in the order in which the log first speaks of them. A number is never
/// given again.
struct SessionNumber: Hashable {
    let rawValue: UInt32

    /// The row of a column in which the session's cell lies, and its place there.
    var chunk: UInt32 { rawValue / UInt32(CellChunk.capacity) }
    var place: Int { Int(rawValue) % CellChunk.capacity }
}

extension Transaction where Self: ~Copyable {
    /// The number of the session called `id`; nil when there never was one.
    func number(ofSession id: String, in tables: Tables) throws(LMDBError) -> SessionNumber? {
        let number = try withValue(for: ListKeys.number(of: id).bytes, in: tables.indexes) { bytes in
            bytes.count == 4 ? bytes.bigEndian(at: 0, as: UInt32.self) : nil
        }
        guard let number else { return nil }
        guard let number else { throw damagedRow("a session's number") }
        return SessionNumber(rawValue: number)
    }
}
