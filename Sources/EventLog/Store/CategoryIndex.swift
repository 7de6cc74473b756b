import LMDB
import Tracking

/// The places of some categories' records: what the database's index knows of them, and what it does not know yet.
///
/// Made before the transaction that it is used with, so that nothing falls between the two.
struct CategoryIndex {
    private let categories: Set<StreamID.Category>
    private let position: LogPosition
    private let limit: Int
    private let tables: LogTables
    /// The first appends after `position` that the database's index may lack.
    private let recent: [LogTables.Extent]

    /// For at most `limit` records of `categories`, which are indexed ones, after `position`.
    init(
        _ categories: Set<StreamID.Category>, after position: LogPosition, limit: Int, _ tables: LogTables,
        _ recent: RecentIndex
    ) {
        self.categories = categories
        self.position = position
        self.limit = limit
        self.tables = tables
        self.recent = recent.extents(of: categories, after: position, limit: limit)
    }

    /// The positions of the records, in no order; more than `limit` of them when there are several categories.
    func positions(in transaction: borrowing ReadTransaction) throws(LMDBError) -> [LogPosition] {
        let indexed = try tables.position(of: LogTables.categorizedKey, in: transaction)
        var extents = recent.filter { $0.first > indexed }
        for category in categories {
            let prefix = LogTables.prefix(category)
            try transaction.withCursor(in: tables.categories) { (cursor) throws(LMDBError) in
                var count = 0
                // The append that holds the next position may begin at an earlier one.
                var entry = try cursor.seek(atOrBefore: LogTables.categoryKey(category, position.next))
                if entry.flatMap({ LogTables.Extent($0, prefix: prefix) }) == nil {
                    entry = try cursor.seek(atOrAfter: LogTables.categoryKey(category, position.next))
                }
                while count < limit, let extent = entry.flatMap({ LogTables.Extent($0, prefix: prefix) }) {
                    if extent.last > position {
                        extents.append(extent)
                        count += extent.positions(after: position).count
                    }
                    entry = try cursor.next()
                }
            }
        }
        return extents.flatMap { $0.positions(after: position).map { LogPosition($0) } }
    }
}
