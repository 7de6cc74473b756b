import EventLog
import Transparency

/// The tiles for whoever proves something: that they lack records is an error of the audit.
extension TileProjection {
    /// Returns once the tiles have the tree with the head `head`.
    ///
    /// - Throws: `treeIncomplete` when that takes too long, and what reading the log throws.
    func complete(to head: TreeHead) async throws {
        do {
            try await ensure(head)
        } catch let error as TileProjection.Incomplete {
            throw AuditError(error)
        }
    }

    /// Returns what `body` returns, which is given the tiles and is called on a thread that may wait.
    ///
    /// - Throws: `treeIncomplete` when they lack what it reads, and what it throws.
    func withTiles<Value: Sendable>(_ body: @escaping @Sendable (TreeTiles) throws -> Value) async throws -> Value {
        do {
            return try await read(body)
        } catch let error as TileProjection.Incomplete {
            throw AuditError(error)
        }
    }
}
