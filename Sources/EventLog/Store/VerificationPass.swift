import LMDB
import Tracking
import Transparency

/// One walk over the log.
struct VerificationPass {
    let tables: LogTables
    let recent: [StreamID: RecentIndex.Stream]
    let head: LogPosition
    /// Called now and then with the position that was reached.
    private let progress: (LogPosition) -> Void
    private var result = LogVerification()
    private(set) var failure: StorageError?
    /// True when the failure is one of the indexes, which the records say anew, and not of the records.
    private(set) var isOfIndexOnly = false
    private var decoder = RecordDecoder(verifiesDigests: true)
    private var versions: [StreamID: StreamVersion] = [:]
    private var recordedAt = Timestamp(rawValue: .min)
    private var next = LogPosition.start.next
    private var redactions = RedactionCheck()
    /// The append whose records are being read.
    private var current: (append: RecentIndex.Element, remaining: Int)?

    /// The records between two calls of `progress`.
    private static let progressCount: UInt64 = 256

    init(
        tables: LogTables, recent: [StreamID: RecentIndex.Stream], head: LogPosition,
        progress: @escaping (LogPosition) -> Void
    ) {
        self.progress = progress
        self.tables = tables
        self.recent = recent
        self.head = head
    }

    /// - Parameter tail: The events that the transaction may lack. Their records were checked when they were made.
    mutating func run(in transaction: borrowing ReadTransaction, _ tail: LogTail.Snapshot) throws(LMDBError) {
        let range = KeyRange(upper: .included(LogTables.recordKey(head)))
        try transaction.forEach(in: tables.records, range: range) { (entry) throws(LMDBError) in
            let position = LogTables.position(ofKey: entry.key) ?? .start
            let event: RecordedEvent
            do throws(RecordError) {
                event = try decoder.decode(entry.value)
                try check(event, at: position)
            } catch {
                failure = StorageError(error, at: position)
                return .stop
            }
            if let message = redactions.add(event) {
                fail(message)
                return .stop
            }
            return try checkIndex(of: position, in: transaction) ? .next : .stop
        }
        checkTail(tail)
        if failure == nil, next != head.next { fail("The record at position \(next) is missing.") }
        if failure == nil, let message = redactions.finish() { fail(message) }
        result.streamCount = versions.count
        result.redactedCount = redactions.count
        guard failure == nil else { return }
        for (stream, version) in versions where recent[stream] == nil {
            let known = try tables.head(of: stream, in: transaction)
            if known.map({ $0.version < version }) ?? true {
                failInIndex("The head of the stream \(stream) is wrong.")
            }
        }
        if failure == nil { try checkCategories(in: transaction) }
        if failure == nil { try checkTree(in: transaction) }
    }

    consuming func finish() throws(StorageError) -> LogVerification {
        if let failure { throw failure }
        return result
    }

    private mutating func fail(_ message: String) { failure = StorageError(damaged: message) }

    private mutating func failInIndex(_ message: String) {
        fail(message)
        isOfIndexOnly = true
    }

    /// Checks an event against those before it.
    private mutating func check(_ event: RecordedEvent, at position: LogPosition) throws(RecordError) {
        guard position == next, event.position == position else { throw .field("position") }
        guard event.version == versions[event.stream, default: .none].advanced(by: 1) else { throw .field("version") }
        guard event.recordedAt >= recordedAt else { throw .field("time") }
        versions[event.stream] = event.version
        recordedAt = event.recordedAt
        next = position.next
        result.recordCount += 1
        if position.rawValue.isMultiple(of: Self.progressCount) { progress(position) }
    }

    /// Checks the events that only the journal has.
    private mutating func checkTail(_ tail: LogTail.Snapshot) {
        var command: (CommandID?, StreamID)?
        for event in tail.events(after: LogPosition(next.rawValue - 1), through: head) where failure == nil {
            do throws(RecordError) {
                try check(event, at: event.position)
            } catch {
                failure = StorageError(error, at: event.position)
            }
            if let (id, stream) = command, id == event.causation, stream == event.stream { continue }
            command = (event.causation, event.stream)
            result.appendCount += 1
        }
    }

    /// Checks that the append of the record at `position` is known everywhere. Returns whether it is.
    private mutating func checkIndex(
        of position: LogPosition, in transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> Bool {
        if let (append, remaining) = current, remaining > 0 {
            current = (append, remaining - 1)
            return true
        }
        let append = try tables.append(at: position, in: transaction)
        current = (append, append.receipt.count - 1)
        result.appendCount += 1
        if recent[append.stream]?.commands[append.command] == append.receipt { return true }
        let key = LogTables.indexKey(append.number, append.receipt.firstVersion)
        let row = try transaction.value(for: key, in: tables.index)
        let indexed = LogTables.Append(
            firstVersion: append.receipt.firstVersion, first: position, count: append.receipt.count)
        guard row == indexed.bytes else {
            failInIndex("The index lacks the append at position \(position).")
            return false
        }
        let category = append.stream.category
        let extent = LogTables.Extent(first: position, count: append.receipt.count)
        if category.isIndexed,
            try transaction.value(for: LogTables.categoryKey(category, position), in: tables.categories) != extent.bytes
        {
            failInIndex("The index of the category \(category.rawValue) lacks the append at position \(position).")
            return false
        }
        let receipt = try tables.receipt(of: append.command, inStream: append.number, in: transaction)
        guard receipt == append.receipt else {
            failInIndex("The index lacks the command \(append.command) at position \(position).")
            return false
        }
        return true
    }

    /// Checks that the tree is that of the records: a header that was changed together with its check is noticed here.
    private mutating func checkTree(in transaction: borrowing ReadTransaction) throws(LMDBError) {
        let kept = try tables.frontier(in: transaction)
        var computed = Frontier()
        try tables.extend(&computed, through: LogPosition(kept.size), in: transaction)
        if computed != kept {
            fail("The records have the tree \(computed.head), and the one kept is \(kept.head): headers were changed.")
        }
    }

    /// Checks that the categories' index has nothing but appends of its categories.
    private mutating func checkCategories(in transaction: borrowing ReadTransaction) throws(LMDBError) {
        let prefixes = StreamID.Category.allCases.filter(\.isIndexed).map { ($0, LogTables.prefix($0)) }
        try transaction.forEach(in: tables.categories) { (entry) throws(LMDBError) in
            for (category, prefix) in prefixes {
                guard let extent = LogTables.Extent(entry, prefix: prefix) else { continue }
                let append = try tables.append(at: extent.first, in: transaction)
                if append.stream.category == category, append.receipt.count == extent.count { return .next }
            }
            failInIndex("The index of the categories has an entry without an append.")
            return .stop
        }
    }
}
