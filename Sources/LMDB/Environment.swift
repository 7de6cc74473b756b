import CLMDB
import Glibc
import Synchronization

/// A folder with a data file that holds named databases, and the way to read and write it.
///
/// One process opens a folder once. Any thread may read, any number at a time; a write transaction belongs to the thread
/// that begins it, and a second one waits for the first. Close it when no transaction is open.
///
/// ```swift
/// let environment = try Environment(path: folder)
/// let letters = try environment.database("letters")
/// try environment.write { (transaction) throws(LMDBError) in
///     try transaction.put([1], for: [97], in: letters)
/// }
/// let value = try environment.read { (transaction) throws(LMDBError) in
///     try transaction.value(for: [97], in: letters)
/// }
/// ```
///
/// `@unchecked Sendable`: the library's environment and database handles may be used by any thread when read
/// transactions are not tied to threads (MDB_NOTLS, always set); `state` guards the rest.
package final class Environment: @unchecked Sendable {
    /// The longest key.
    package static let maximumKeyByteCount = 511

    /// The operations of a write transaction, as `EnvironmentOptions.fault` names them.
    package enum Operation: Hashable, Sendable {
        case beginWrite
        case put
        case delete
        case commit
    }

    /// The folder.
    package let path: String
    private let handle: OpaquePointer
    private let options: EnvironmentOptions
    private let state = Mutex(State())

    private struct State {
        var databases: [String: Database] = [:]
        var isClosed = false
    }

    /// True when the structure of all pages was found sound before the file was opened.
    package let hasCheckedStructure: Bool

    /// Opens the environment in the folder at `path`, which must exist; its files are made when they are missing.
    ///
    /// - Throws: `truncated` and `notADatabase` for a data file that was cut or is something else, `corrupted` when its structure
    ///   is checked and not sound: it is not touched.
    package init(path: String, options: EnvironmentOptions = EnvironmentOptions()) throws(LMDBError) {
        hasCheckedStructure = try DataFile.check(
            inFolder: path, atMost: options.findsDamage || options.checksStructure ? options.checkedByteCount : 0)
        var created: OpaquePointer?
        var answer = mdb_env_create(&created)
        guard answer == MDB_SUCCESS, let handle = created else {
            throw LMDBError(answer: answer, during: "open the database", at: path)
        }
        var flags = MDB_NOTLS
        if !options.syncsMetaPage { flags |= MDB_NOMETASYNC }
        if options.isReadOnly { flags |= MDB_RDONLY }
        answer = mdb_env_set_mapsize(handle, options.mapByteCount)
        if answer == MDB_SUCCESS { answer = mdb_env_set_maxreaders(handle, options.maximumReaders) }
        if answer == MDB_SUCCESS { answer = mdb_env_set_maxdbs(handle, options.maximumDatabases) }
        if answer == MDB_SUCCESS { answer = mdb_env_open(handle, path, UInt32(flags), 0o600) }
        // Places in the table of readers that killed processes left behind.
        if answer == MDB_SUCCESS { answer = mdb_reader_check(handle, nil) }
        guard answer == MDB_SUCCESS else {
            mdb_env_close(handle)
            throw LMDBError(answer: answer, during: "open the database", at: path)
        }
        self.path = path
        self.handle = handle
        self.options = options
    }

    deinit { close() }

    /// Closes the environment; a second call does nothing. No transaction may be open, none may begin after it.
    package func close() {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        if isFirst { mdb_env_close(handle) }
    }

    /// The database called `name`, made when it is missing. Call it before other transactions, not inside one.
    ///
    /// - Throws: `databasesFull` beyond `maximumDatabases`; ENOENT when it is missing and nothing may be written.
    package func database(_ name: String) throws(LMDBError) -> Database {
        let result = state.withLock { state in
            Result { () throws(LMDBError) in
                if let known = state.databases[name] { return known }
                let database = try open(name)
                state.databases[name] = database
                return database
            }
        }
        return try result.get()
    }

    private func open(_ name: String) throws(LMDBError) -> Database {
        var transaction: OpaquePointer?
        let isReadOnly = options.isReadOnly
        var answer = mdb_txn_begin(handle, nil, isReadOnly ? UInt32(MDB_RDONLY) : 0, &transaction)
        guard answer == MDB_SUCCESS else {
            throw LMDBError(answer: answer, during: "open the database \(name)", at: path)
        }
        var database: MDB_dbi = 0
        answer = mdb_dbi_open(transaction, name, isReadOnly ? 0 : UInt32(MDB_CREATE), &database)
        guard answer == MDB_SUCCESS else {
            mdb_txn_abort(transaction)
            let code = answer == MDB_NOTFOUND ? .system(ENOENT) : LMDBError.Code(answer: answer)
            throw LMDBError(code, during: "open the database \(name)", at: path)
        }
        answer = mdb_txn_commit(transaction)
        guard answer == MDB_SUCCESS else {
            throw LMDBError(answer: answer, during: "open the database \(name)", at: path)
        }
        return Database(
            name: name, handle: database,
            check: options.findsDamage
                ? EntryCheck(databaseNamed: name, pageByteCount: try statistics().pageByteCount) : nil)
    }

    /// Begins a read transaction; it ends with the scope of what is returned.
    ///
    /// - Throws: `readersFull` when `maximumReaders` are open.
    package func beginReading() throws(LMDBError) -> ReadTransaction {
        var transaction: OpaquePointer?
        let answer = mdb_txn_begin(handle, nil, UInt32(MDB_RDONLY), &transaction)
        guard answer == MDB_SUCCESS, let transaction else {
            throw LMDBError(answer: answer, during: "begin reading", at: path)
        }
        return ReadTransaction(handle: transaction, environment: self)
    }

    /// Begins the write transaction, waiting for one that is open; it ends with `commit()` or with its scope.
    package func beginWriting() throws(LMDBError) -> WriteTransaction {
        let fault = fault(in: .beginWrite)
        guard fault == MDB_SUCCESS else { throw LMDBError(answer: fault, during: "begin writing", at: path) }
        var transaction: OpaquePointer?
        let answer = mdb_txn_begin(handle, nil, 0, &transaction)
        guard answer == MDB_SUCCESS, let transaction else {
            throw LMDBError(answer: answer, during: "begin writing", at: path)
        }
        return WriteTransaction(handle: transaction, environment: self)
    }

    /// Returns what `body` makes of a read transaction, which ends when `body` returns.
    package func read<Result>(
        _ body: (borrowing ReadTransaction) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result {
        let transaction = try beginReading()
        return try body(transaction)
    }

    /// Commits what `body` writes; returns once it is on disk. When `body` throws, nothing of it was written.
    package func write<Result>(
        _ body: (borrowing WriteTransaction) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result {
        let transaction = try beginWriting()
        let result = try body(transaction)
        try transaction.commit()
        return result
    }

    /// The number of named databases in the file.
    package func databaseCount() throws(LMDBError) -> Int {
        var names = MDB_stat()
        let answer = mdb_env_stat(handle, &names)
        guard answer == MDB_SUCCESS else { throw LMDBError(answer: answer, during: "count the databases", at: path) }
        return names.ms_entries
    }

    /// Returns whether the structure of all pages that the newest commit uses is sound, while others read and write.
    ///
    /// It holds a read transaction, and reads the whole file.
    /// - Parameter beforePage: Called before each page; it may wait, so that the check takes only what others leave.
    package func hasSoundStructure(beforePage: @escaping () -> Void) throws(LMDBError) -> Bool {
        while true {
            let transaction = try beginReading()
            // Nothing that the transaction sees is written over. Its own meta page is, by the commit after the next one.
            if let isSound = try DataFile.isSound(
                inFolder: path, transaction: transaction.number, beforePage: beforePage)
            {
                return isSound
            }
        }
    }

    /// The room that the environment takes now.
    package func statistics() throws(LMDBError) -> EnvironmentStatistics {
        var info = MDB_envinfo()
        var pages = MDB_stat()
        var answer = mdb_env_info(handle, &info)
        if answer == MDB_SUCCESS { answer = mdb_env_stat(handle, &pages) }
        var descriptor: Int32 = -1
        if answer == MDB_SUCCESS { answer = mdb_env_get_fd(handle, &descriptor) }
        guard answer == MDB_SUCCESS else { throw LMDBError(answer: answer, during: "measure the database", at: path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw LMDBError(.system(errno), during: "measure the database", at: path)
        }
        return EnvironmentStatistics(
            fileByteCount: Int(status.st_size), usedByteCount: (info.me_last_pgno + 1) * Int(pages.ms_psize),
            mapByteCount: info.me_mapsize, pageByteCount: Int(pages.ms_psize), lastTransaction: info.me_last_txnid,
            readerPlaces: Int(info.me_numreaders))
    }

    /// Writes a consistent copy into the folder at `destination`, which must exist and be empty, without the free pages
    /// when `isCompacted`. Others may read and write meanwhile. Returns once the copy is on disk.
    package func copy(to destination: String, isCompacted: Bool = true) throws(LMDBError) {
        let answer = mdb_env_copy2(handle, destination, isCompacted ? UInt32(MDB_CP_COMPACT) : 0)
        guard answer == MDB_SUCCESS else {
            throw LMDBError(answer: answer, during: "copy the database", at: destination)
        }
        let descriptor = Glibc.open(destination + "/data.mdb", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LMDBError(.system(errno), during: "copy the database", at: destination) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw LMDBError(.system(errno), during: "copy the database", at: destination)
        }
    }

    /// The bytes that the file system of the folder has left for this user.
    package func freeByteCountOfDisk() throws(LMDBError) -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            throw LMDBError(.system(errno), during: "measure the free space", at: path)
        }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// The code that the test of failures wants `operation` to fail with; `MDB_SUCCESS` for none.
    func fault(in operation: Operation) -> Int32 { options.fault?(operation) ?? MDB_SUCCESS }
}
