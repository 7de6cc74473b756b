import CLMDB

/// A place in a database that moves in the order of the keys.
///
/// It is good only inside the closure of `withCursor(in:_:)` and must not leave it. A move past either end gives nil.
package struct Cursor {
    private let handle: OpaquePointer
    private let path: String
    private let database: Database
    private let isMapped: Bool

    fileprivate init(handle: OpaquePointer, path: String, database: Database, isMapped: Bool) {
        self.handle = handle
        self.path = path
        self.database = database
        self.isMapped = isMapped
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
        let found = try entry.get()
        if let check = database.check { try confirm(found, sought: key, check) }
        return found
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

    /// Makes sure that `found` is the first entry at or after `sought`, as far as the entries around that place tell.
    private func confirm(_ found: Entry?, sought: [UInt8], _ check: EntryCheck) throws(LMDBError) {
        let isRight = sought.withUnsafeBytes { sought in
            if let found, found.key.isOrdered(before: sought) { return false }
            var key = MDB_val()
            var value = MDB_val()
            guard mdb_cursor_get(handle, &key, &value, found == nil ? MDB_LAST : MDB_PREV) == MDB_SUCCESS else {
                return true
            }
            guard check.hasKey(key, value, before: sought, isMapped: isMapped) else { return false }
            return found == nil || mdb_cursor_get(handle, &key, &value, MDB_NEXT) == MDB_SUCCESS
        }
        guard isRight else { throw LMDBError(damagedEntryOf: database, at: path) }
    }

    private func move(_ operation: MDB_cursor_op, from start: MDB_val = MDB_val()) throws(LMDBError) -> Entry? {
        var key = start
        var value = MDB_val()
        switch mdb_cursor_get(handle, &key, &value, operation) {
        case MDB_SUCCESS:
            guard let check = database.check else { return Entry(key, value) }
            guard let entry = check.opened(key, value, isMapped: isMapped) else {
                throw LMDBError(damagedEntryOf: database, at: path)
            }
            return entry
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
        return try body(Cursor(handle: handle, path: path, database: database, isMapped: isMapped))
    }
}
