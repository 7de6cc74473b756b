import LMDB
import Synchronization
import Tracking

/// The appends that the index in the database does not have yet.
///
/// Writing the index of every append at once would touch a page for each stream; gathered here it is written for many
/// appends together, in the transaction of some group. After a restart it is built again from the database `appends`.
/// A reader first takes what it needs from here and then begins its transaction: together they hold everything up to the
/// head that was seen before.
final class RecentIndex: Sendable {
    private let state: Mutex<State>

    private struct State {
        var streams: [StreamID: Stream] = [:]
        /// The appends of each indexed category, in order.
        var categories: [StreamID.Category: [LogTables.Extent]] = [:]
        var count = 0
    }

    /// The appends of one stream that are not in the database's index.
    struct Stream: Sendable {
        /// The point that the stream has got to.
        var head: LogTables.StreamHead
        /// In order; never empty.
        var appends: [LogTables.Append]
        /// The receipt of each command, which says where its records stand.
        var commands: [CommandID: CommandReceipt]
    }

    /// One append and its place.
    struct Element: Sendable {
        let stream: StreamID
        let number: UInt32
        let command: CommandID
        let receipt: CommandReceipt
    }

    init(_ elements: [Element] = []) {
        state = Mutex(State())
        insert(elements)
    }

    /// Holds all that `other` does, and `elements`.
    convenience init(adding elements: [Element], to other: RecentIndex) {
        self.init()
        let known = other.state.withLock { $0 }
        state.withLock { $0 = known }
        insert(elements)
    }

    /// Writes everything into the database's index, which then knows all appends up to `head`.
    func write(
        to tables: LogTables, upTo head: LogPosition, in transaction: borrowing WriteTransaction
    ) throws(LMDBError) {
        // In the order of the keys, so that each page is touched once.
        for (id, stream) in streams.sorted(by: { $0.value.head.number < $1.value.head.number }) {
            let number = stream.head.number
            try transaction.put(stream.head.bytes, for: Array(id.description.utf8), in: tables.streams)
            for append in stream.appends {
                try transaction.put(
                    append.bytes, for: LogTables.indexKey(number, append.firstVersion), in: tables.index)
            }
            for (command, receipt) in stream.commands.sorted(by: { $0.key.text < $1.key.text }) {
                try transaction.put(
                    LogTables.recordKey(receipt.first), for: LogTables.commandKey(number, command),
                    in: tables.commands)
            }
        }
        for (category, extents) in state.withLock({ $0.categories }) {
            for extent in extents {
                try transaction.put(
                    extent.bytes, for: LogTables.categoryKey(category, extent.first), in: tables.categories)
            }
        }
        for key in [LogTables.indexedKey, LogTables.categorizedKey] {
            try transaction.put(LogTables.recordKey(head), for: key, in: tables.meta)
        }
    }

    /// The number of appends that are held.
    var count: Int { state.withLock { $0.count } }

    /// The appends of `stream` that are held; nil when there are none.
    subscript(stream: StreamID) -> Stream? { state.withLock { $0.streams[stream] } }

    /// The head of `stream`, if that is held here.
    func head(of stream: StreamID) -> LogTables.StreamHead? { state.withLock { $0.streams[stream]?.head } }

    /// The receipt of `command` in `stream`, if that is held here.
    func receipt(of command: CommandID, in stream: StreamID) -> CommandReceipt? {
        state.withLock { $0.streams[stream]?.commands[command] }
    }

    /// The appends of `categories` after `position`, in no order: of each category the first ones, with `limit` records or
    /// with all there are.
    func extents(
        of categories: Set<StreamID.Category>, after position: LogPosition, limit: Int
    ) -> [LogTables.Extent] {
        state.withLock { state in
            var found: [LogTables.Extent] = []
            for category in categories {
                let extents = state.categories[category, default: []]
                var count = 0
                for extent in extents[extents.partitioningIndex { $0.last > position }...] {
                    guard count < limit else { break }
                    found.append(extent)
                    count += extent.positions(after: position).count
                }
            }
            return found
        }
    }

    /// Everything that is held.
    var streams: [StreamID: Stream] { state.withLock { $0.streams } }

    /// Adds appends that are on disk, in the order of the log.
    func insert(_ elements: [Element]) {
        state.withLock { state in
            for element in elements {
                let receipt = element.receipt
                let append = LogTables.Append(
                    firstVersion: receipt.firstVersion, first: receipt.first, count: receipt.count)
                let head = LogTables.StreamHead(
                    number: element.number, version: receipt.lastVersion, last: receipt.last)
                state.streams[
                    element.stream, default: Stream(head: head, appends: [], commands: [:])
                ].add(append, head, element.command, receipt)
                guard element.stream.category.isIndexed else { continue }
                state.categories[element.stream.category, default: []].append(
                    LogTables.Extent(first: receipt.first, count: receipt.count))
            }
            state.count += elements.count
        }
    }

    /// Forgets everything, after the database's index got it.
    func removeAll() {
        state.withLock { $0 = State() }
    }
}

extension RecentIndex.Stream {
    fileprivate mutating func add(
        _ append: LogTables.Append, _ head: LogTables.StreamHead, _ command: CommandID, _ receipt: CommandReceipt
    ) {
        self.head = head
        appends.append(append)
        commands[command] = receipt
    }
}
