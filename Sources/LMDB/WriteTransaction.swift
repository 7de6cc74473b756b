import CLMDB

/// The one write transaction of an environment: what it writes becomes visible and durable together, or not at all.
///
/// It belongs to the thread that began it. It ends with `commit()`; without one, everything is undone when it goes out
/// of scope. After an error nothing more should be written: let it go.
package struct WriteTransaction: ~Copyable, Transaction {
    package let handle: OpaquePointer
    private let environment: Environment
    /// True while the library has the transaction; it frees it in a commit, whatever the commit answers.
    private var isOpen = true

    package var path: String { environment.path }
    package var isMapped: Bool { false }

    init(handle: OpaquePointer, environment: Environment) {
        self.handle = handle
        self.environment = environment
    }

    deinit {
        if isOpen { mdb_txn_abort(handle) }
    }

    /// Returns once everything written is on disk (with `syncsMetaPage` off: once all but the meta page is).
    ///
    /// - Throws: When it does, nothing of the transaction is visible in this process. Whether it is there after a
    ///   restart is certain only for `mapFull` and a disk without room, where it is not.
    package consuming func commit() throws(LMDBError) {
        var answer = environment.fault(in: .commit)
        if answer == MDB_SUCCESS {
            isOpen = false
            answer = mdb_txn_commit(handle)
        }
        guard answer == MDB_SUCCESS else { throw LMDBError(answer: answer, during: "commit", at: path) }
    }

    /// Undoes everything.
    package consuming func abort() {}

    /// The place of an entry that is put.
    package enum Placement: Sendable {
        /// Wherever it belongs, instead of a value that is there.
        case anywhere
        /// After the last key, which fills pages and is fastest; `keyOrder` is thrown when the key is not after it.
        case atEnd
        /// Only where there is none; `keyOrder` is thrown when there is one.
        case onlyNew
    }

    /// Puts `value` at `key`.
    package func put(
        _ value: [UInt8], for key: [UInt8], in database: Database, _ placement: Placement = .anywhere
    ) throws(LMDBError) {
        let result = value.withUnsafeBytes { source in
            Result { () throws(LMDBError) in
                try put(byteCount: source.count, for: key, in: database, placement) { target in
                    target.copyMemory(from: source)
                }
            }
        }
        try result.get()
    }

    /// Puts a value of `byteCount` bytes at `key`, written by `fill` where it will lie. `fill` must write every byte.
    package func put(
        byteCount: Int, for key: [UInt8], in database: Database, _ placement: Placement = .anywhere,
        fill: (UnsafeMutableRawBufferPointer) -> Void
    ) throws(LMDBError) {
        let fault = environment.fault(in: .put)
        guard fault == MDB_SUCCESS else { throw LMDBError(answer: fault, during: "put", at: path) }
        let flags: Int32 =
            switch placement {
            case .anywhere: MDB_RESERVE
            case .atEnd: MDB_RESERVE | MDB_APPEND
            case .onlyNew: MDB_RESERVE | MDB_NOOVERWRITE
            }
        let wholeByteCount = byteCount + (database.check == nil ? 0 : EntryCheck.byteCount)
        var value = MDB_val(mv_size: wholeByteCount, mv_data: nil)
        let answer = key.withUnsafeBytes { bytes in
            var key = MDB_val(mv_size: bytes.count, mv_data: .init(mutating: bytes.baseAddress))
            return mdb_put(handle, database.handle, &key, &value, UInt32(flags))
        }
        guard answer == MDB_SUCCESS else {
            throw LMDBError(answer: answer, during: "put into \(database.name)", at: path)
        }
        let whole = UnsafeMutableRawBufferPointer(start: value.mv_data, count: wholeByteCount)
        fill(UnsafeMutableRawBufferPointer(rebasing: whole[(wholeByteCount - byteCount)...]))
        if let check = database.check { key.withUnsafeBytes { check.seal(whole, key: $0) } }
    }

    /// Deletes the entry at `key`. Returns whether there was one.
    @discardableResult
    package func delete(_ key: [UInt8], in database: Database) throws(LMDBError) -> Bool {
        let fault = environment.fault(in: .delete)
        guard fault == MDB_SUCCESS else { throw LMDBError(answer: fault, during: "delete", at: path) }
        let answer = key.withUnsafeBytes { bytes in
            var key = MDB_val(mv_size: bytes.count, mv_data: .init(mutating: bytes.baseAddress))
            return mdb_del(handle, database.handle, &key, nil)
        }
        switch answer {
        case MDB_SUCCESS: return true
        case MDB_NOTFOUND: return false
        default: throw LMDBError(answer: answer, during: "delete from \(database.name)", at: path)
        }
    }

    /// Deletes every entry whose key is in `range`. Returns how many there were.
    @discardableResult
    package func deleteAll(in database: Database, range: KeyRange) throws(LMDBError) -> Int {
        var deleted = 0
        while true {
            let keys = try entries(in: database, range: range, limit: 1024).map(\.key)
            for key in keys { try delete(key, in: database) }
            deleted += keys.count
            if keys.count < 1024 { return deleted }
        }
    }

    /// Deletes every entry of `database`; the database stays.
    package func clear(_ database: Database) throws(LMDBError) {
        let answer = mdb_drop(handle, database.handle, 0)
        guard answer == MDB_SUCCESS else {
            throw LMDBError(answer: answer, during: "clear \(database.name)", at: path)
        }
    }
}
