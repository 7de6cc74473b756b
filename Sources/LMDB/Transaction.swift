import CLMDB

/// One consistent state of all databases of an environment: the part that read and write transactions have in common.
///
/// A transaction is used by one thread at a time and never across an `await`.
package protocol Transaction: ~Copyable {
    /// The library's transaction.
    var handle: OpaquePointer { get }
    /// The folder of the environment, for messages.
    var path: String { get }
    /// True when all it sees lies in pages of the file.
    var isMapped: Bool { get }
}

/// The direction of an iteration.
package enum KeyOrder: Hashable, Sendable {
    case ascending
    case descending
}

/// The answer that lets an iteration go on or end.
package enum IterationStep: Hashable, Sendable {
    case next
    case stop
}

extension Transaction where Self: ~Copyable {
    /// A copy of the value at `key`; nil when there is none.
    package func value(for key: [UInt8], in database: Database) throws(LMDBError) -> [UInt8]? {
        try withValue(for: key, in: database) { Array($0) }
    }

    /// Returns what `body` makes of the value at `key`, read where it lies; nil when there is none.
    package func withValue<Result>(
        for key: [UInt8], in database: Database, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(LMDBError) -> Result? {
        guard let found = try find(key, in: database) else { return nil }
        return body(found)
    }

    /// Returns whether there is a value at `key`.
    package func contains(_ key: [UInt8], in database: Database) throws(LMDBError) -> Bool {
        try find(key, in: database) != nil
    }

    /// The number of entries in `database`.
    package func count(of database: Database) throws(LMDBError) -> Int {
        var statistics = MDB_stat()
        let answer = mdb_stat(handle, database.handle, &statistics)
        guard answer == MDB_SUCCESS else { throw LMDBError(answer: answer, during: "count the entries", at: path) }
        return statistics.ms_entries
    }

    /// Calls `body` with every entry of `range` in `order` until it answers `.stop`.
    ///
    /// The entries are read where they lie. `body` must not write to `database`.
    package func forEach(
        in database: Database, range: KeyRange = .all, order: KeyOrder = .ascending,
        _ body: (Entry) throws(LMDBError) -> IterationStep
    ) throws(LMDBError) {
        try withCursor(in: database) { (cursor) throws(LMDBError) in
            switch order {
            case .ascending:
                var entry = try cursor.start(of: range)
                while let current = entry, !range.ends(before: current.key), try body(current) == .next {
                    entry = try cursor.next()
                }
            case .descending:
                var entry = try cursor.end(of: range)
                while let current = entry, !range.starts(after: current.key), try body(current) == .next {
                    entry = try cursor.previous()
                }
            }
        }
    }

    /// Copies of at most `limit` entries of `range`, in `order`.
    package func entries(
        in database: Database, range: KeyRange = .all, order: KeyOrder = .ascending, limit: Int = .max
    ) throws(LMDBError) -> [(key: [UInt8], value: [UInt8])] {
        var entries: [(key: [UInt8], value: [UInt8])] = []
        guard limit > 0 else { return entries }
        try forEach(in: database, range: range, order: order) { entry in
            entries.append((Array(entry.key), Array(entry.value)))
            return entries.count < limit ? .next : .stop
        }
        return entries
    }

    /// A copy of the first entry of `range` in `order`: with `.descending` the last one.
    package func first(
        in database: Database, range: KeyRange = .all, order: KeyOrder = .ascending
    ) throws(LMDBError) -> (key: [UInt8], value: [UInt8])? {
        try entries(in: database, range: range, order: order, limit: 1).first
    }

    private func find(_ key: [UInt8], in database: Database) throws(LMDBError) -> UnsafeRawBufferPointer? {
        var found = MDB_val()
        let answer = key.withUnsafeBytes { bytes in
            var key = MDB_val(mv_size: bytes.count, mv_data: .init(mutating: bytes.baseAddress))
            return mdb_get(handle, database.handle, &key, &found)
        }
        switch answer {
        case MDB_SUCCESS:
            guard let check = database.check else {
                return UnsafeRawBufferPointer(start: found.mv_data, count: found.mv_size)
            }
            let entry = key.withUnsafeBytes { bytes in
                // The key is the one in the page: the library has compared them. It is read from here.
                check.opened(bytes, found, isMapped: isMapped)
            }
            guard let entry else { throw LMDBError(damagedEntryOf: database, at: path) }
            return entry
        case MDB_NOTFOUND:
            guard database.check != nil else { return nil }
            try withCursor(in: database) { (cursor) throws(LMDBError) in try cursor.confirmAbsence(of: key) }
            return nil
        default: throw LMDBError(answer: answer, during: "read \(database.name)", at: path)
        }
    }
}

extension Cursor {
    /// The first entry at or after the range's lower bound.
    fileprivate func start(of range: KeyRange) throws(LMDBError) -> Entry? {
        switch range.lower {
        case .unbounded: return try first()
        case .included(let key): return try seek(atOrAfter: key)
        case .excluded(let key):
            guard let entry = try seek(atOrAfter: key) else { return nil }
            return entry.key.elementsEqual(key) ? try next() : entry
        }
    }

    /// The last entry at or before the range's upper bound.
    fileprivate func end(of range: KeyRange) throws(LMDBError) -> Entry? {
        switch range.upper {
        case .unbounded: try last()
        case .included(let key): try seek(atOrBefore: key)
        case .excluded(let key): try seek(before: key)
        }
    }
}

extension KeyRange {
    /// Returns whether `key` is behind the upper bound.
    fileprivate func ends(before key: UnsafeRawBufferPointer) -> Bool {
        switch upper {
        case .unbounded: false
        case .included(let bound): bound.lexicographicallyPrecedes(key)
        case .excluded(let bound): !key.lexicographicallyPrecedes(bound)
        }
    }

    /// Returns whether `key` is before the lower bound.
    fileprivate func starts(after key: UnsafeRawBufferPointer) -> Bool {
        switch lower {
        case .unbounded: false
        case .included(let bound): key.lexicographicallyPrecedes(bound)
        case .excluded(let bound): !bound.lexicographicallyPrecedes(key)
        }
    }
}
