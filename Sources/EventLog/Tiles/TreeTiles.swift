import Foundation
package import LMDB
import Synchronization
package import Transparency

/// The hashes inside the tree, as tiles: a projection of the log, from which proofs of any size of the tree are made.
///
/// It is an environment of its own, whose form the article of `Transparency` documents. One task feeds it; any number
/// read. A power loss may undo its last commits, and damage is found when it is read: the log makes all of it again.
package final class TreeTiles: Sendable {
    private let folder: String
    private let options: EnvironmentOptions
    private let tables: Mutex<TileTables>
    private let leafCount: Mutex<UInt64>

    /// Opens the tiles in `folder`. Tiles that are missing or cannot be opened are computed again.
    ///
    /// - Throws: `failed` when the folder cannot be used.
    package init(folder: String, options: EnvironmentOptions = TreeTiles.options) throws(StorageError) {
        self.folder = folder
        self.options = options
        try DataDirectory.makeFolder(folder)
        let opened: TileTables
        do throws(LMDBError) {
            opened = try TileTables(folder, options)
        } catch {
            guard StorageError(error).code == .damaged else { throw StorageError(error) }
            opened = try Self.anew(folder, options)
        }
        let size: UInt64
        do throws(LMDBError) {
            size = try opened.environment.read { (transaction) throws(LMDBError) in
                try opened.size(in: transaction)
            }
        } catch {
            guard StorageError(error).code == .damaged else { throw StorageError(error) }
            opened.environment.close()
            tables = Mutex(try Self.anew(folder, options))
            leafCount = Mutex(0)
            return
        }
        tables = Mutex(opened)
        leafCount = Mutex(size)
    }

    /// The ways to open the tiles: without a wait for the meta page of each commit, and with checksums.
    package static var options: EnvironmentOptions {
        var options = EnvironmentOptions()
        options.syncsMetaPage = false
        options.findsDamage = true
        return options
    }

    /// The number of leaves of which the tiles know.
    package var size: UInt64 { leafCount.withLock { $0 } }

    /// Adds the leaves after the first `size`; does nothing when the tiles have another size by now.
    ///
    /// All of them are added, or none.
    package func append(_ leaves: [TreeHash], after size: UInt64) throws(StorageError) {
        let tables = tables.withLock { $0 }
        do throws(LMDBError) {
            let end: UInt64? = try tables.environment.write { (transaction) throws(LMDBError) in
                guard try tables.size(in: transaction) == size else { return nil }
                try tables.append(leaves, after: size, in: transaction)
                return size + UInt64(leaves.count)
            }
            if let end { leafCount.withLock { $0 = end } }
        } catch {
            throw StorageError(error)
        }
    }

    /// Forgets everything, so that all of it is computed again.
    package func clear() throws(StorageError) {
        let current = tables.withLock { $0 }
        do throws(LMDBError) {
            try current.environment.write { (transaction) throws(LMDBError) in try current.clear(in: transaction) }
        } catch {
            throw StorageError(error)
        }
        leafCount.withLock { $0 = 0 }
    }

    /// The root of the tree of the first `size` leaves.
    ///
    /// - Precondition: the tiles know of so many.
    package func root(ofTreeOf size: UInt64) throws(StorageError) -> TreeHash {
        try Frontier(ofTreeOf: size, from: self).root
    }

    /// The bytes of a tile of hashes; nil when the tiles know of fewer leaves than it takes.
    package func bytes(of tile: Tile) throws(StorageError) -> [UInt8]? {
        guard case .hashes(let level) = tile.content else { return nil }
        let tables = tables.withLock { $0 }
        do throws(LMDBError) {
            let found = try tables.environment.read { (transaction) throws(LMDBError) in
                try tables.hashes(level: level, index: tile.index, in: transaction)
            }
            guard let found, found.count >= tile.width * TreeHash.byteCount else { return nil }
            return Array(found.prefix(tile.width * TreeHash.byteCount))
        } catch {
            throw StorageError(error)
        }
    }

    private static func anew(
        _ folder: String, _ options: EnvironmentOptions
    ) throws(StorageError) -> TileTables {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            throw StorageError(.failed, "The damaged folder \(folder) could not be deleted: \(error). Delete it.")
        }
        try DataDirectory.makeFolder(folder)
        do throws(LMDBError) {
            return try TileTables(folder, options)
        } catch {
            throw StorageError(error)
        }
    }
}

extension TreeTiles: TreeHashReader {
    /// The hashes of `nodes`, in their order, read at one moment.
    ///
    /// - Throws: `failed` when the tiles do not know all leaves of one of them.
    package func hashes(of nodes: [TreeNode]) throws(StorageError) -> [TreeHash] {
        let tables = tables.withLock { $0 }
        let found: [TreeHash]?
        do throws(LMDBError) {
            found = try tables.environment.read { (transaction) throws(LMDBError) in
                try tables.hashes(of: nodes, in: transaction)
            }
        } catch {
            throw StorageError(error)
        }
        guard let found else {
            throw StorageError(.failed, "The tiles of the tree do not have so many leaves yet. Ask again.")
        }
        return found
    }
}
