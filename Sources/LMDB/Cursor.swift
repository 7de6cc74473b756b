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
        let found = try place(atOrAfter: key)
        if let check = database.check, found?.isAt(key) != true {
            guard isBetweenNeighbours(key, found, check) else { throw damaged }
        }
        guard let found else { return nil }
        return try opened(found)
    }

    /// The last entry whose key is `key` or before it.
    package func seek(atOrBefore key: [UInt8]) throws(LMDBError) -> Entry? {
        guard !key.isEmpty else { return nil }
        guard let found = try place(atOrAfter: key) else { return try last(before: key) }
        return found.isAt(key) ? try opened(found) : try previous(of: found, before: key)
    }

    /// The last entry whose key is before `key`.
    package func seek(before key: [UInt8]) throws(LMDBError) -> Entry? {
        guard !key.isEmpty else { return nil }
        guard let found = try place(atOrAfter: key) else { return try last(before: key) }
        return try previous(of: found, before: key)
    }

    /// Makes sure that there is no entry at `key`, which the library has not found.
    ///
    /// - Throws: `corrupted` when there is one, or when the entries around its place are not sound.
    func confirmAbsence(of key: [UInt8]) throws(LMDBError) {
        guard let check = database.check else { return }
        let found = try place(atOrAfter: key)
        guard found?.isAt(key) != true, isBetweenNeighbours(key, found, check) else { throw damaged }
    }

    // MARK: Entries as the library gives them

    /// An entry whose checksums are not compared yet.
    private struct Place {
        var key: MDB_val
        var value: MDB_val

        func isAt(_ other: [UInt8]) -> Bool {
            let own = UnsafeRawBufferPointer(start: key.mv_data, count: key.mv_size)
            return own.count == other.count
                && !other.withUnsafeBytes { own.isOrdered(before: $0) || $0.isOrdered(before: own) }
        }
    }

    private var damaged: LMDBError { LMDBError(damagedEntryOf: database, at: path) }

    private func place(atOrAfter key: [UInt8]) throws(LMDBError) -> Place? {
        let found = key.withUnsafeBytes { bytes in
            Result { () throws(LMDBError) -> Place? in
                try self.place(
                    MDB_SET_RANGE, from: MDB_val(mv_size: bytes.count, mv_data: .init(mutating: bytes.baseAddress)))
            }
        }
        return try found.get()
    }

    private func place(
        _ operation: MDB_cursor_op, from start: MDB_val = MDB_val()
    ) throws(LMDBError) -> Place? {
        var place = Place(key: start, value: MDB_val())
        switch mdb_cursor_get(handle, &place.key, &place.value, operation) {
        case MDB_SUCCESS: return place
        case MDB_NOTFOUND: return nil
        case let answer: throw LMDBError(answer: answer, during: "read", at: path)
        }
    }

    /// The entry at a place, once its checksums are compared.
    private func opened(_ place: Place) throws(LMDBError) -> Entry {
        guard let check = database.check else { return Entry(place.key, place.value) }
        guard let entry = check.opened(place.key, place.value, isMapped: isMapped) else { throw damaged }
        return entry
    }

    private func move(_ operation: MDB_cursor_op) throws(LMDBError) -> Entry? {
        guard let place = try place(operation) else { return nil }
        return try opened(place)
    }

    /// The last entry of all, which must be before `key`.
    private func last(before key: [UInt8]) throws(LMDBError) -> Entry? {
        guard let entry = try last() else { return nil }
        guard key.withUnsafeBytes({ entry.key.isOrdered(before: $0) }) else { throw damaged }
        return entry
    }

    /// The entry before `found`, which is the first at or after `key`.
    private func previous(of found: Place, before key: [UInt8]) throws(LMDBError) -> Entry? {
        guard let check = database.check else { return try previous() }
        let isRight = key.withUnsafeBytes { check.hasKey(found.key, found.value, from: $0, isMapped: isMapped) }
        guard isRight else { throw damaged }
        guard let entry = try previous() else { return nil }
        guard key.withUnsafeBytes({ entry.key.isOrdered(before: $0) }) else { throw damaged }
        return entry
    }

    /// Returns whether `found` is the first entry after `key`, as far as the keys around that place tell.
    private func isBetweenNeighbours(_ key: [UInt8], _ found: Place?, _ check: EntryCheck) -> Bool {
        key.withUnsafeBytes { key in
            if let found, !check.hasKey(found.key, found.value, from: key, isMapped: isMapped) { return false }
            var before = Place(key: MDB_val(), value: MDB_val())
            let operation = found == nil ? MDB_LAST : MDB_PREV
            guard mdb_cursor_get(handle, &before.key, &before.value, operation) == MDB_SUCCESS else { return true }
            guard check.hasKey(before.key, before.value, before: key, isMapped: isMapped) else { return false }
            return found == nil || mdb_cursor_get(handle, &before.key, &before.value, MDB_NEXT) == MDB_SUCCESS
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
