import LMDB
import Tracking
import Transparency

/// The tree over the log: the leaf at index *n* is the header of the record at position *n* + 1.
extension LogTables {
    /// The frontier of the tree; that of the empty one in a log that has none yet.
    func frontier(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) -> Frontier {
        let found = try transaction.withValue(for: LogTables.treeKey, in: meta) { bytes in
            Result { () throws(FrontierError) in try Frontier(encoded: bytes) }
        }
        guard let found else { return Frontier() }
        do throws(FrontierError) {
            return try found.get()
        } catch {
            throw damaged("The tree of the log cannot be read. \(error)", transaction.path)
        }
    }

    func put(_ frontier: Frontier, in transaction: borrowing WriteTransaction) throws(LMDBError) {
        try transaction.put(frontier.encoded, for: LogTables.treeKey, in: meta)
    }

    /// Appends to `frontier` the headers of the records after its last leaf up to `end`, but at most `limit` of them.
    ///
    /// - Throws: When one is missing or cannot be read.
    func extend(
        _ frontier: inout Frontier, through end: LogPosition, limit: Int = .max,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) {
        var extended = frontier
        var remaining = limit
        let range = KeyRange(
            lower: .excluded(LogTables.recordKey(LogPosition(frontier.size))),
            upper: .included(LogTables.recordKey(end)))
        let path = transaction.path
        guard frontier.size < end.rawValue, limit > 0 else { return }
        try transaction.forEach(in: records, range: range) { (entry) throws(LMDBError) in
            let position = LogPosition(extended.size + 1)
            guard LogTables.position(ofKey: entry.key) == position else {
                throw damaged("The record at position \(position) is missing.", path)
            }
            do throws(RecordError) {
                extended.append(try RecordView(entry.value).leaf)
            } catch {
                throw damaged("The log cannot be read at position \(position). \(error)", path)
            }
            remaining -= 1
            return remaining > 0 ? .next : .stop
        }
        guard remaining == 0 || extended.size == end.rawValue else {
            throw damaged("The record at position \(extended.size + 1) is missing.", path)
        }
        frontier = extended
    }
}

extension RecordView {
    /// The header as a leaf of the tree.
    var leaf: TreeHash { .leaf(UnsafeRawBufferPointer(rebasing: bytes[..<headerByteCount])) }
}
