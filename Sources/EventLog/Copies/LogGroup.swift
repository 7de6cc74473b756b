package import Tracking

/// Neighbouring appends of a log as they are stored: what a copy of the log is made of.
package struct LogGroup: Sendable {
    /// One append.
    struct Append: Sendable {
        var first: LogPosition
        /// The value of its entry in `appends`.
        var value: [UInt8]
        var records: [[UInt8]]

        /// The position of its last record.
        var last: LogPosition { LogPosition(first.rawValue + UInt64(records.count) - 1) }
    }

    /// The bytes of records from which on a group takes no further append.
    static let byteCount = 4 << 20
    /// The records from which on a group takes no further append.
    static let recordCount = 4096
    /// The most bytes of an encoded group: those of a whole group, of the largest append, and what is beside the records.
    package static let maximumEncodedByteCount = 128 << 20

    private(set) var appends: [Append] = []
    /// The bytes of all records.
    package private(set) var byteCount = 0
    package private(set) var recordCount = 0

    init() {}

    /// True when no further append is to come.
    var isFull: Bool { byteCount >= Self.byteCount || recordCount >= Self.recordCount }

    /// The position before its first record, which is where it goes on; nil when it is empty.
    package var base: LogPosition? { appends.first.map { LogPosition($0.first.rawValue - 1) } }

    /// The position of its last record; nil when it is empty.
    package var last: LogPosition? { appends.last?.last }

    mutating func add(_ append: Append) {
        appends.append(append)
        recordCount += append.records.count
        byteCount += append.records.reduce(0) { $0 + $1.count }
    }

    /// The group as bytes: an entry of the journal that names no event before it.
    ///
    /// - Precondition: it is not empty.
    package var encoded: [UInt8] {
        JournalEntry.encode(appends)
    }

    /// The group that `bytes` hold and nothing else; nil when they are not one whole, undamaged group.
    package init?(encoded bytes: [UInt8]) {
        let appends: [Append]? = bytes.withUnsafeBytes { bytes in
            guard let entry = JournalEntry.View(bytes), entry.byteCount == bytes.count else { return nil }
            return entry.appends.map { Append($0) }
        }
        guard let appends else { return nil }
        for append in appends { add(append) }
    }
}

extension LogGroup.Append {
    /// A copy of an append in the journal.
    init(_ append: JournalEntry.View.Append) {
        self.init(first: append.first, value: append.value, records: append.records.map { Array($0) })
    }
}
