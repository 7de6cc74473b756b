import LMDB
import Tracking

/// The databases of the log and the form of their keys and values; see the module's article.
struct LogTables: Sendable {
    let records: Database
    let streams: Database
    let appends: Database
    let commands: Database
    let schemas: Database
    let meta: Database

    init(_ environment: Environment) throws(LMDBError) {
        records = try environment.database("records")
        streams = try environment.database("streams")
        appends = try environment.database("appends")
        commands = try environment.database("commands")
        schemas = try environment.database("schemas")
        meta = try environment.database("meta")
    }

    /// Where a stream has got to.
    struct StreamHead {
        var number: UInt32
        var version: StreamVersion
        var last: LogPosition

        var bytes: [UInt8] {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(20)
            bytes.append(bigEndian: number)
            bytes.append(bigEndian: version.rawValue)
            bytes.append(bigEndian: last.rawValue)
            return bytes
        }

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
        }
    }

    /// The records of one append: neighbours in the log and in their stream.
    struct Append {
        var firstVersion: StreamVersion
        var first: LogPosition
        var count: Int

        init?(_ entry: Entry) {
            guard entry.key.count == 12, entry.value.count == 12 else { return nil }
            firstVersion = StreamVersion(entry.key.integer(at: 4, as: UInt64.self))
            first = LogPosition(entry.value.integer(at: 0, as: UInt64.self))
            count = Int(entry.value.integer(at: 8, as: UInt32.self))
        }

        /// The version after its last record.
        var end: StreamVersion { firstVersion.advanced(by: count) }

        static func value(first: LogPosition, count: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(12)
            bytes.append(bigEndian: first.rawValue)
            bytes.append(bigEndian: UInt32(count))
            return bytes
        }
    }

    static func recordKey(_ position: LogPosition) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(8)
        key.append(bigEndian: position.rawValue)
        return key
    }

    static func position(ofKey key: UnsafeRawBufferPointer) -> LogPosition? {
        key.count == 8 ? LogPosition(key.integer(at: 0, as: UInt64.self)) : nil
    }

    static func streamPrefix(_ number: UInt32) -> [UInt8] {
        var key: [UInt8] = []
        key.append(bigEndian: number)
        return key
    }

    static func appendKey(_ number: UInt32, _ version: StreamVersion) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(12)
        key.append(bigEndian: number)
        key.append(bigEndian: version.rawValue)
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

    static func bytes(of receipt: CommandReceipt) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(52)
        bytes.append(bigEndian: receipt.first.rawValue)
        bytes.append(bigEndian: receipt.firstVersion.rawValue)
        bytes.append(bigEndian: UInt32(receipt.count))
        bytes.append(contentsOf: receipt.digest.bytes)
        return bytes
    }

    static func receipt(_ bytes: UnsafeRawBufferPointer) -> CommandReceipt? {
        guard bytes.count == 20 + Digest.byteCount, let digest = Digest(bytes: Array(bytes[20...])) else { return nil }
        return CommandReceipt(
            first: LogPosition(bytes.integer(at: 0, as: UInt64.self)),
            firstVersion: StreamVersion(bytes.integer(at: 8, as: UInt64.self)),
            count: Int(bytes.integer(at: 16, as: UInt32.self)), digest: digest)
    }

    /// Where `stream` has got to; nil when it does not exist.
    func head(
        of stream: [UInt8], in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> StreamHead? {
        guard let found = try transaction.withValue(for: stream, in: streams, { StreamHead($0) }) else { return nil }
        guard let head = found else { throw damaged("the head of a stream", transaction.path) }
        return head
    }

    /// What is remembered of a command in the stream with `number`.
    func receipt(
        of command: CommandID, inStream number: UInt32, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> CommandReceipt? {
        let key = LogTables.commandKey(number, command)
        guard let found = try transaction.withValue(for: key, in: commands, { LogTables.receipt($0) }) else {
            return nil
        }
        guard let receipt = found else { throw damaged("a command's entry", transaction.path) }
        return receipt
    }

    /// The position of the last record; `.start` in an empty log.
    func lastPosition(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) -> LogPosition {
        guard let entry = try transaction.first(in: records, order: .descending) else { return .start }
        guard let position = entry.key.withUnsafeBytes({ LogTables.position(ofKey: $0) }) else {
            throw damaged("a record's key", transaction.path)
        }
        return position
    }

    /// When the record at `position` was recorded; nil when there is none.
    func recordedAt(
        _ position: LogPosition, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> Timestamp? {
        let found = try transaction.withValue(for: LogTables.recordKey(position), in: records) { bytes in
            Result { () throws(RecordError) in try RecordView(bytes).recordedAt }
        }
        guard let found else { return nil }
        do {
            return try found.get()
        } catch {
            throw damaged("position \(position), \(error)", transaction.path)
        }
    }

    private func damaged(_ what: String, _ path: String) -> LMDBError {
        LMDBError(.corrupted, during: "read", at: path, detail: "The log is damaged: \(what).")
    }
}
