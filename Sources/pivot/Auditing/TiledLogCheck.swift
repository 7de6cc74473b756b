package import Transparency

/// Computes a log's tree again from what it serves, tile by tile, and compares.
///
/// Every entry must be the leaf of the tile beside it, every tile what those below it come to, and all together the root
/// that was signed: so that the first thing that is wrong can be named.
package struct TiledLogCheck {
    private let head: TreeHead
    private let log: any TiledLog

    package init(_ log: any TiledLog, head: TreeHead) {
        self.log = log
        self.head = head
    }

    /// Returns once everything up to the tree head was read and is right.
    ///
    /// - Parameters:
    ///   - progress: Called with the number of records that were read.
    ///   - take: Called with each tile that was found right, and its bytes.
    /// - Throws: ``AuditFault``, and what the log throws.
    package func run(
        progress: (UInt64) -> Void = { _ in }, take: (Tile, [UInt8]) throws -> Void = { _, _ in }
    ) async throws {
        do {
            try await walk(progress, take)
        } catch let error as TileError {
            throw AuditFault(error)
        }
    }

    private func walk(_ progress: (UInt64) -> Void, _ take: (Tile, [UInt8]) throws -> Void) async throws {
        var builder = TileBuilder()
        var frontier = Frontier()
        while frontier.size < head.size {
            let index = frontier.size / UInt64(Tile.fullWidth)
            guard let entries = Tile(.entries, index: index, inTreeOf: head.size),
                let hashes = Tile(.hashes(level: 0), index: index, inTreeOf: head.size)
            else { preconditionFailure("the tree has a tile at its end") }
            let bytes = try await log.bytes(of: entries)
            let bundle = try EntryBundle(encoded: bytes, of: entries)
            let level = try await log.bytes(of: hashes)
            try bundle.verify(against: try TileHashes(encoded: level, of: hashes).hashes, at: entries)
            var complete: [TileHashes] = []
            for entry in bundle.entries {
                let position = frontier.size + 1
                guard let header = BundledHeader(entry), header.position == position else {
                    throw AuditFault(
                        "The entry at position \(position) is not the header of a record there; it stands in \(entries)."
                    )
                }
                let leaf = TreeHash.leaf(entry)
                frontier.append(leaf)
                builder.append(leaf) { complete.append($0) }
            }
            try take(entries, bytes)
            try take(hashes, level)
            for tile in complete where tile.tile != hashes { try await compare(tile, take) }
            progress(frontier.size)
        }
        for tile in builder.partial where tile.tile.content != .hashes(level: 0) { try await compare(tile, take) }
        guard frontier.root == head.root else {
            throw AuditFault(
                "The \(head.size) records that are served have the root \(frontier.root); the tree head's is "
                    + "\(head.root): they are not those that were signed.")
        }
    }

    /// Compares the tile that is served with `computed`.
    private func compare(_ computed: TileHashes, _ take: (Tile, [UInt8]) throws -> Void) async throws {
        let bytes = try await log.bytes(of: computed.tile)
        let served = try TileHashes(encoded: bytes, of: computed.tile)
        guard served == computed else {
            throw AuditFault("The tile \(computed.tile) is not what the records below it come to.")
        }
        try take(computed.tile, bytes)
    }
}
