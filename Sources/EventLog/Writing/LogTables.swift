import LMDB
import Tracking

/// The databases of the log and the form of their keys and values; see the module's article.
struct LogTables: Sendable {
    let records: Database
    let appends: Database
    let streams: Database
    let index: Database
    let categories: Database
    let commands: Database
    let schemas: Database
    let meta: Database

    static let formatKey = Array("format".utf8)
    static let indexedKey = Array("indexed".utf8)
    static let categorizedKey = Array("categorized".utf8)
    static let treeKey = Array("tree".utf8)

    init(_ environment: Environment) throws(LMDBError) {
        records = try environment.database("records")
        appends = try environment.database("appends")
        streams = try environment.database("streams")
        index = try environment.database("index")
        categories = try environment.database("categories")
        commands = try environment.database("commands")
        schemas = try environment.database("schemas")
        meta = try environment.database("meta")
    }

    /// The point that a stream has got to.
    struct StreamHead: Sendable {
        var number: UInt32
        var version: StreamVersion
        var last: LogPosition

        var bytes: [UInt8] { .bigEndian(number, version.rawValue, last.rawValue) }

        init(number: UInt32, version: StreamVersion, last: LogPosition) {
            self.number = number
            self.version = version
            self.last = last
        }

        init?(_ bytes: UnsafeRawBufferPointer) {
            guard bytes.count == 20 else { return nil }
            number = bytes.integer(at: 0, as: UInt32.self)
            version = StreamVersion(bytes.integer(at: 4, as: UInt64.self))
            last = LogPosition(bytes.integer(at: 12, as: UInt64.self))
            guard LogTables.isPossible(version.rawValue), LogTables.isPossible(last.rawValue) else { return nil }
        }
    }

    /// The records of one append: neighbours in the log and in their stream. An entry of `index`.
    struct Append: Sendable {
        var firstVersion: StreamVersion
        var first: LogPosition
        var count: Int

        init(firstVersion: StreamVersion, first: LogPosition, count: Int) {
            self.firstVersion = firstVersion
            self.first = first
            self.count = count
        }

        init?(_ entry: Entry) {
            guard entry.key.count == 12, entry.value.count == 12 else { return nil }
            firstVersion = StreamVersion(entry.key.integer(at: 4, as: UInt64.self))
            first = LogPosition(entry.value.integer(at: 0, as: UInt64.self))
            count = Int(entry.value.integer(at: 8, as: UInt32.self))
            guard LogTables.isPossible(firstVersion.rawValue), LogTables.isPossible(first.rawValue), count > 0 else {
                return nil
            }
        }

        /// The version after its last record.
        var end: StreamVersion { firstVersion.advanced(by: count) }
        /// The position of its last record.
        var last: LogPosition { LogPosition(first.rawValue + UInt64(count) - 1) }

        var bytes: [UInt8] { .bigEndian(first.rawValue, UInt32(count)) }
    }

    /// The positions of one append's records. An entry of `categories`.
    struct Extent: Sendable {
        var first: LogPosition
        var count: Int

        init(first: LogPosition, count: Int) {
            self.first = first
            self.count = count
        }

        /// Nil when `entry` does not begin with `prefix`.
        init?(_ entry: Entry, prefix: [UInt8]) {
            guard entry.key.count == prefix.count + 8, entry.key.starts(with: prefix), entry.value.count == 4 else {
                return nil
            }
            first = LogPosition(entry.key.integer(at: prefix.count, as: UInt64.self))
            count = Int(entry.value.integer(at: 0, as: UInt32.self))
            guard LogTables.isPossible(first.rawValue), count > 0 else { return nil }
        }

        /// The position of its last record.
        var last: LogPosition { LogPosition(first.rawValue + UInt64(count) - 1) }

        /// The positions of its records after `position`, which is before its last one.
        func positions(after position: LogPosition) -> ClosedRange<UInt64> {
            max(first, position.next).rawValue...last.rawValue
        }

        var bytes: [UInt8] { .bigEndian(UInt32(count)) }
    }

    /// True unless a version or a position can only come of damage: no log gets so far, and nobody adds up to more.
    fileprivate static func isPossible(_ number: UInt64) -> Bool { (1..<1 << 62).contains(number) }

    static func recordKey(_ position: LogPosition) -> [UInt8] { .bigEndian(position.rawValue) }

    static func position(ofKey key: UnsafeRawBufferPointer) -> LogPosition? {
        key.count == 8 ? LogPosition(key.integer(at: 0, as: UInt64.self)) : nil
    }

    static func streamPrefix(_ number: UInt32) -> [UInt8] { .bigEndian(number) }

    static func indexKey(_ number: UInt32, _ version: StreamVersion) -> [UInt8] {
        .bigEndian(number, version.rawValue)
    }

    /// The bytes that the names of a category's streams begin with, and the keys of its appends.
    static func prefix(_ category: StreamID.Category) -> [UInt8] { Array((category.rawValue + "/").utf8) }

    static func categoryKey(_ category: StreamID.Category, _ first: LogPosition) -> [UInt8] {
        var key = prefix(category)
        key.append(bigEndian: first.rawValue)
        return key
    }

    static func commandKey(_ number: UInt32, _ command: CommandID) -> [UInt8] {
        let text = command.text.utf8
        var key: [UInt8] = []
        key.reserveCapacity(4 + text.count)
        key.append(bigEndian: number)
        key.append(contentsOf: text)
        return key
    }

    /// The value of an append's entry in `appends`.
    static func appendValue(number: UInt32, count: Int, digest: Digest) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + Digest.byteCount)
        bytes.append(bigEndian: number)
        bytes.append(bigEndian: UInt32(count))
        digest.withBytes { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// The head of `stream` by the database's index; nil when it is not there.
    func head(
        of stream: StreamID, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> StreamHead? {
        let key = Array(stream.description.utf8)
        guard let found = try transaction.withValue(for: key, in: streams, { StreamHead($0) }) else { return nil }
        guard let head = found else { throw damaged("The head of the stream \(stream) is damaged.", transaction.path) }
        return head
    }

    /// The receipt of a command in the stream with `number`, by the database's index.
    func receipt(
        of command: CommandID, inStream number: UInt32, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> CommandReceipt? {
        let key = LogTables.commandKey(number, command)
        let found = try transaction.withValue(for: key, in: commands) { LogTables.position(ofKey: $0) }
        guard let found else { return nil }
        guard let first = found else {
            throw damaged("The entry of the command \(command) is damaged.", transaction.path)
        }
        return try append(at: first, in: transaction).receipt
    }

    /// The append whose first record stands at `first`.
    func append(
        at first: LogPosition, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> RecentIndex.Element {
        let row = try transaction.withValue(for: LogTables.recordKey(first), in: appends) { bytes in
            guard bytes.count == 8 + Digest.byteCount,
                let digest = Digest(bytes: UnsafeRawBufferPointer(rebasing: bytes[8...]))
            else {
                return (number: UInt32, count: Int, digest: Digest)?.none
            }
            return (bytes.integer(at: 0, as: UInt32.self), Int(bytes.integer(at: 4, as: UInt32.self)), digest)
        }
        guard case .some(.some(let row)) = row, row.count > 0 else {
            throw damaged("The append at position \(first) is damaged.", transaction.path)
        }
        let record = try header(of: first, in: transaction) { view throws(RecordError) in
            var decoder = RecordDecoder()
            return (
                stream: try decoder.stream(of: view), version: view.version, command: try decoder.causation(of: view)
            )
        }
        guard let record, let command = record.command else {
            throw damaged("The record at position \(first) names no command.", transaction.path)
        }
        return RecentIndex.Element(
            stream: record.stream, number: row.number, command: command,
            receipt: CommandReceipt(
                Append(firstVersion: record.version, first: first, count: row.count), digest: row.digest))
    }

    /// The position of the last record; `.start` in an empty log.
    func lastPosition(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) -> LogPosition {
        guard let entry = try transaction.first(in: records, order: .descending) else { return .start }
        guard let position = entry.key.withUnsafeBytes({ LogTables.position(ofKey: $0) }) else {
            throw damaged("The key of the last record is damaged.", transaction.path)
        }
        return position
    }

    /// The last position whose append the database's index has, by `indexedKey`, or its categories, by `categorizedKey`.
    func position(
        of key: [UInt8], in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> LogPosition {
        let found = try transaction.withValue(for: key, in: meta) { LogTables.position(ofKey: $0) }
        guard let found else { return .start }
        guard let position = found, position <= (try lastPosition(in: transaction)) else {
            throw damaged("The position of the index is damaged.", transaction.path)
        }
        return position
    }

    /// The time at which the record at `position` was recorded; nil when there is none.
    func recordedAt(
        _ position: LogPosition, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> Timestamp? {
        try header(of: position, in: transaction) { view in view.recordedAt }
    }

    /// The id of the event at `position`; nil when there is none.
    func eventID(
        at position: LogPosition, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> EventID? {
        try header(of: position, in: transaction) { view in view.eventID }
    }

    /// Returns what `body` makes of the header of the record at `position`; nil when there is none.
    private func header<Value>(
        of position: LogPosition, in transaction: borrowing some Transaction & ~Copyable,
        _ body: (RecordView) throws(RecordError) -> Value
    ) throws(LMDBError) -> Value? {
        let found = try transaction.withValue(for: LogTables.recordKey(position), in: records) { bytes in
            Result { () throws(RecordError) in try body(try RecordView(bytes)) }
        }
        guard let found else { return nil }
        do {
            return try found.get()
        } catch {
            throw damaged("The log cannot be read at position \(position). \(error)", transaction.path)
        }
    }

    func damaged(_ detail: String, _ path: String) -> LMDBError {
        LMDBError(.corrupted, during: "read", at: path, detail: detail)
    }
}

extension StreamID.Category {
    /// True when the log keeps an index of the category: all but the one that nearly the whole log consists of.
    var isIndexed: Bool { self != .telemetry }
}

extension CommandReceipt {
    /// The receipt of the command that caused `append`: this log's positions and versions are dense.
    init(_ append: LogTables.Append, digest: Digest) {
        self.init(
            first: append.first, last: append.last, firstVersion: append.firstVersion,
            lastVersion: append.firstVersion.advanced(by: append.count - 1), count: append.count, digest: digest)
    }
}
