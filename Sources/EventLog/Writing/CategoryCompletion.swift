import LMDB
import Tracking

/// Brings the categories' index of a log up to the rest of its index: once for a log that was written before there was
/// one, and again after an older release has appended to it.
///
/// It goes in steps of a transaction each, so that one that is cut short goes on where it was.
struct CategoryCompletion {
    let environment: Environment
    let tables: LogTables
    let options: EventLogOptions

    /// Returns once the index has every append that the rest has.
    func run() throws(LMDBError) {
        var (position, end) = try environment.read { (transaction) throws(LMDBError) in
            (
                try tables.position(of: LogTables.categorizedKey, in: transaction),
                try tables.position(of: LogTables.indexedKey, in: transaction)
            )
        }
        guard position < end else { return }
        let categories = try categoriesOfStreams()
        while position < end {
            let (rows, through) = try rows(after: position, through: end, categories)
            try environment.write { (transaction) throws(LMDBError) in
                for (key, extent) in rows { try transaction.put(extent.bytes, for: key, in: tables.categories) }
                options.reach(.indexPut)
                try transaction.put(LogTables.recordKey(through), for: LogTables.categorizedKey, in: tables.meta)
                options.reach(.beforeCommit)
            }
            options.reach(.afterCommit)
            position = through
        }
    }

    /// The category of each stream, at the stream's number.
    private func categoriesOfStreams() throws(LMDBError) -> [StreamID.Category?] {
        try environment.read { (transaction) throws(LMDBError) in
            var categories: [StreamID.Category?] = []
            for category in StreamID.Category.allCases where category.isIndexed {
                try transaction.forEach(in: tables.streams, range: .prefix(LogTables.prefix(category))) { entry in
                    guard let number = LogTables.StreamHead(entry.value)?.number else { return .stop }
                    while categories.count <= Int(number) { categories.append(nil) }
                    categories[Int(number)] = category
                    return .next
                }
            }
            return categories
        }
    }

    /// The rows of the next appends after `position`, and the position up to which there are no others.
    private func rows(
        after position: LogPosition, through end: LogPosition, _ categories: [StreamID.Category?]
    ) throws(LMDBError) -> (rows: [(key: [UInt8], extent: LogTables.Extent)], through: LogPosition) {
        try environment.read { (transaction) throws(LMDBError) in
            var rows: [(key: [UInt8], extent: LogTables.Extent)] = []
            var through = end
            let range = KeyRange(
                lower: .excluded(LogTables.recordKey(position)), upper: .included(LogTables.recordKey(end)))
            try transaction.forEach(in: tables.appends, range: range) { entry in
                guard let first = LogTables.position(ofKey: entry.key), entry.value.count >= 8 else { return .stop }
                let number = Int(entry.value.integer(at: 0, as: UInt32.self))
                guard categories.indices.contains(number), let category = categories[number] else { return .next }
                let count = Int(entry.value.integer(at: 4, as: UInt32.self))
                let extent = LogTables.Extent(first: first, count: count)
                rows.append((LogTables.categoryKey(category, first), extent))
                guard rows.count == options.bounds.indexCount else { return .next }
                through = extent.last
                return .stop
            }
            return (rows, through)
        }
    }
}
