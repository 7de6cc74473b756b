import CLMDB

/// A place in a database that moves in the order of the keys.
///
/// It is good only inside the closure of `withCursor(in:_:)` and must not leave it. A move past either end gives nil.
package struct Cursor {
    private let handle: OpaquePointer
    private let path: String

    fileprivate init(handle: OpaquePointer, path: String) {
        self.handle = handle
        self.path = path
    }

    /// The entry with the smallest key.
    package func first() throws(LMDBError) -> Entry? { try move(MDB_FIRST) }

    /// The entry with the largest key.
    package func last() throws(LMDBError) -> Entry? { try move(MDB_LAST) }

    /// The entry after the current one; the first one when the cursor has not moved yet.
    package func next() throws(LMDBError) -> Entry? { try move(MDB_NEXT) }

    /// The entry before the current one; the last one when the cursor has not moved yet.
    package func previous() throws(LMDBError) -> Entry? { try move(MDB_PREV) }

    /// The first entry whose key is `key` or after it.
    package func seek(atOrAfter key: [UInt8]) throws(LMDBError) -> Entry? {
        guard !key.isEmpty else { return try first() }
        let entry = key.withUnsafeBytes { bytes in
            Result { () throws(LMDBError) in
                try move(
                    MDB_SET_RANGE, from: MDB_val(mv_size: bytes.count, mv_data: .init(mutating: bytes.baseAddress)))
            }
        }
        return try entry.get()
    }

    /// The last entry whose key is `key` or before it.
    package func seek(atOrBefore key: [UInt8]) throws(LMDBError) -> Entry? {
        guard let found = try seek(atOrAfter: key) else { return try last() }
        return found.key.elementsEqual(key) ? found : try previous()
    }

    /// The last entry whose key is before `key`.
    package func seek(before key: [UInt8]) throws(LMDBError) -> Entry? {
        guard try seek(atOrAfter: key) != nil else { return try last() }
        return try previous()
    }

    private func move(_ operation: MDB_cursor_op, from start: MDB_val = MDB_val()) throws(LMDBError) -> Entry? {
        var key = start
        var value = MDB_val()
        switch mdb_cursor_get(handle, &key, &value, operation) {
        case MDB_SUCCESS: return Entry(key, value)
        case MDB_NOTFOUND: return nil
        case let answer: throw LMDBError(answer: answer, during: "read", at: path)
        }
    }
}

extension Transaction where Self: ~Copyable {
    /// Gives `body` a cursor on `database` and closes it afterwards, before the transaction can end.
    package func withCursor<Result>(
        in database: Database, _ body: (Cursor) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result {
        var handle: OpaquePointer?
        let answer = mdb_cursor_open(self.handle, database.handle, &handle)
        guard answer == MDB_SUCCESS, let handle else {
            throw LMDBError(answer: answer, during: "open a cursor in \(database.name)", at: path)
        }
        defer { mdb_cursor_close(handle) }
        return try body(Cursor(handle: handle, path: path))
    }
}
