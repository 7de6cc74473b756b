import LMDB
import SwiftProtobuf
import Tracking

/// The kinds of versioned rows; the first byte of their keys.
enum DocumentKind: UInt8 {
    /// The parts of a session's document, by `SessionPart`.
    case session = 1
    case sessionSettings = 2
    case checkpoint = 3
    case artifact = 4
    case webhook = 5
    /// The id of the session started last.
    case latestStarted = 6
    case sessionProgress = 7
    case sessionConfiguration = 8
    case sessionMarks = 9
    case delivery = 10
    case alertRule = 11
    /// By the place in the log of what caused it, then by id.
    case alert = 12
    case alertCounts = 13
    /// By the place in the log of what it tells.
    case notification = 14
    case notificationMarks = 15
    case model = 16
    /// By the model and the number of the change.
    case modelChange = 17
    /// By the session and the checkpoint.
    case checkpointAliases = 18
    case retentionRule = 19

    /// The beginning of the keys of this kind.
    var prefix: RowKey { RowKey(rawValue) }

    /// The beginning of the keys of a part of one session's document.
    func key(_ session: SessionNumber) -> RowKey { RowKey(rawValue).appending(session.rawValue) }

    /// The beginning of the keys of one document.
    func key(_ identity: String...) -> RowKey {
        identity.reduce(into: RowKey(rawValue)) { $0.append($1) }
    }
}

/// Versioned rows: the key is a document's, then the position of the event that made this version.
extension Transaction where Self: ~Copyable {
    /// Returns what `body` makes of the newest version of `document` at `position` or before; nil when there is none.
    func withVersion<Result>(
        of document: RowKey, through position: LogPosition, in tables: Tables,
        _ body: (UnsafeRawBufferPointer) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result? {
        try withCursor(in: tables.documents) { (cursor) throws(LMDBError) in
            guard let entry = try cursor.seek(atOrBefore: document.appending(position.rawValue).bytes),
                entry.key.count == document.bytes.count + 8, entry.key.begins(with: document.bytes)
            else { return nil }
            return try body(entry.value)
        }
    }

    /// The newest version of `document` at `position` or before; nil when there is none.
    func version<Document: SwiftProtobuf.Message>(
        of document: RowKey, through position: LogPosition, in tables: Tables, as type: Document.Type
    ) throws(LMDBError) -> Document? {
        try withVersion(of: document, through: position, in: tables) { (bytes) throws(LMDBError) in
            try decoded(bytes, as: type)
        }
    }

    /// Calls `body` with the newest version, at `position` or before, of every document whose key begins with `prefix`,
    /// in the order of the keys.
    func forEachVersion(
        of prefix: RowKey, through position: LogPosition, in tables: Tables,
        _ body: (_ value: UnsafeRawBufferPointer) throws(LMDBError) -> IterationStep
    ) throws(LMDBError) {
        try withCursor(in: tables.documents) { (cursor) throws(LMDBError) in
            var next = prefix.bytes
            while let entry = try cursor.seek(atOrAfter: next), entry.key.begins(with: prefix.bytes) {
                let document = Array(entry.key.dropLast(8))
                next = document + [UInt8](repeating: 0xFF, count: 9)
                let sought = document + withUnsafeBytes(of: position.rawValue.bigEndian) { Array($0) }
                guard let version = try cursor.seek(atOrBefore: sought), version.key.count == document.count + 8,
                    version.key.begins(with: document)
                else { continue }
                guard try body(version.value) == .next else { return }
            }
        }
    }

    /// Calls `body` with the newest version, at `position` or before, of every document whose key is `prefix` and a place in the
    /// log, and perhaps more: the last place first, from `newest` on.
    func forEachNewest<Document: SwiftProtobuf.Message>(
        of prefix: RowKey, from newest: UInt64, through position: LogPosition, in tables: Tables,
        as type: Document.Type, _ body: (_ place: UInt64, Document) throws(LMDBError) -> IterationStep
    ) throws(LMDBError) {
        try withCursor(in: tables.documents) { (cursor) throws(LMDBError) in
            var last = prefix.appending(newest).bytes + [UInt8](repeating: 0xFF, count: 9)
            while let entry = try cursor.seek(atOrBefore: last), entry.key.begins(with: prefix.bytes),
                entry.key.count >= prefix.bytes.count + 16
            {
                let document = Array(entry.key.dropLast(8))
                let place = entry.key.bigEndian(at: prefix.bytes.count, as: UInt64.self)
                // What is found by the document alone lies before all of its versions.
                last = document
                let sought = document + withUnsafeBytes(of: position.rawValue.bigEndian) { Array($0) }
                guard let version = try cursor.seek(atOrBefore: sought), version.key.count == sought.count,
                    version.key.begins(with: document)
                else { continue }
                guard try body(place, try decoded(version.value, as: type)) == .next else { return }
            }
        }
    }

    /// The message in `bytes`.
    ///
    /// - Throws: `corrupted` when they are not one.
    func decoded<Document: SwiftProtobuf.Message>(
        _ bytes: UnsafeRawBufferPointer, as type: Document.Type
    ) throws(LMDBError) -> Document {
        try decoded(Array(bytes), as: type)
    }

    /// The message in `bytes`.
    ///
    /// - Throws: `corrupted` when they are not one.
    func decoded<Document: SwiftProtobuf.Message>(
        _ bytes: [UInt8], as type: Document.Type
    ) throws(LMDBError) -> Document {
        do {
            return try Document(serializedBytes: bytes)
        } catch {
            throw damagedRow("a \(Document.protoMessageName): \(error)")
        }
    }

    /// The error for a row that does not hold what it must.
    func damagedRow(_ what: String) -> LMDBError {
        LMDBError(.corrupted, during: "read a row", at: path, detail: "A row of the read models is not \(what).")
    }
}

extension SwiftProtobuf.Message {
    /// The message's deterministic encoding.
    func rowBytes(_ path: String) throws(LMDBError) -> [UInt8] {
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        do {
            return try serializedBytes(options: options)
        } catch {
            throw LMDBError(.other(0), during: "write a row", at: path, detail: "A row could not be encoded: \(error).")
        }
    }
}
