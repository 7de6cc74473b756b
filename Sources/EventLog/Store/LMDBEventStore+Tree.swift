import LMDB
package import Tracking
package import Transparency

extension LMDBEventStore {
    /// The tree over the headers of the records that the database has, as they are at one moment.
    ///
    /// What only the journal has is not in it yet; after ``flush()`` it has everything that was acknowledged before. The
    /// call reads, so it belongs on a thread that may wait for the disk.
    package func frontier() throws(StorageError) -> Frontier { try reader().frontier() }

    package func treeHead(isCurrent: Bool) async throws(StorageError) -> TreeHead {
        let frontier = try await read { (log) throws(StorageError) in try log.frontier() }
        guard isCurrent, frontier.size < head.rawValue else { return frontier.head }
        return try await read { (_) throws(StorageError) in
            try self.flush()
            return try self.frontier()
        }.head
    }

    package func headers(after position: LogPosition, limit: Int) async throws(StorageError) -> [[UInt8]] {
        try await read { (log) throws(StorageError) in try log.headers(after: position, limit: limit) }
    }

    package func leafRecords(at positions: [LogPosition]) async throws(StorageError) -> [LeafRecord] {
        try await read { (log) throws(StorageError) in try log.leafRecords(at: positions) }
    }
}
