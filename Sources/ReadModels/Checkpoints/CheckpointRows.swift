import LMDB
import Tracking

extension Transaction where Self: ~Copyable {
    /// Calls `body` with every checkpoint of `session` at `position` or before, deleted and superseded ones too, in the
    /// order of their first saves.
    func forEachCheckpoint(
        of session: String, through position: LogPosition, in tables: Tables,
        _ body: (CheckpointDocument) throws(LMDBError) -> Void
    ) throws(LMDBError) {
        let prefix = ListKeys.checkpoints(of: session)
        let range = KeyRange.from(prefix.bytes, through: prefix.appending(position.rawValue).bytes)
        try forEach(in: tables.indexes, range: range) { (entry) throws(LMDBError) in
            let id = String(decoding: entry.value, as: UTF8.self)
            let document = try version(
                of: DocumentKind.checkpoint.key(id), through: position, in: tables, as: CheckpointDocument.self)
            if let document { try body(document) }
            return .next
        }
    }
}
