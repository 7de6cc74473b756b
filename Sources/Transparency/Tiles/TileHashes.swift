/// The hashes of a tile.
package struct TileHashes: Hashable, Sendable {
    package let tile: Tile
    package let hashes: [TreeHash]

    /// The hashes of `tile`, which `bytes` hold and nothing else.
    package init(encoded bytes: [UInt8], of tile: Tile) throws(TileError) {
        let expected = tile.width * TreeHash.byteCount
        guard bytes.count == expected else { throw .tileLength(tile, byteCount: bytes.count, expected: expected) }
        self.tile = tile
        hashes = bytes.withUnsafeBytes { buffer in
            stride(from: 0, to: buffer.count, by: TreeHash.byteCount).compactMap { start in
                TreeHash(bytes: UnsafeRawBufferPointer(rebasing: buffer[start..<start + TreeHash.byteCount]))
            }
        }
    }

    /// - Precondition: there is one hash for each place of the tile.
    init(_ tile: Tile, hashes: [TreeHash]) {
        precondition(hashes.count == tile.width, "a hash for each place")
        self.tile = tile
        self.hashes = hashes
    }

    /// Reads the hashes of `tile` one by one: for whoever makes tiles.
    ///
    /// - Precondition: it is no bundle of entries.
    package init<Reader: TreeHashReader>(_ tile: Tile, from reader: Reader) throws(Reader.Failure) {
        guard case .hashes(let level) = tile.content else { preconditionFailure("a bundle has no hashes") }
        self.tile = tile
        hashes = try reader.hashes(
            of: (tile.start..<tile.start + UInt64(tile.width)).map { TreeNode(level: Tile.height * level, index: $0) })
    }

    /// The tile as bytes: its hashes from left to right.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * TreeHash.byteCount)
        for hash in hashes { hash.withBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// The hash of a node that the tile spans; nil when it spans another part of the tree, or not all of the node's
    /// leaves.
    package func hash(of node: TreeNode) -> TreeHash? {
        guard tile.content == .hashes(level: node.level / Tile.height), Tile.index(holding: node) == tile.index else {
            return nil
        }
        let height = UInt64(node.level % Tile.height)
        let start = Int((node.index << height) - tile.start)
        let end = start + 1 << Int(height)
        guard end <= hashes.count else { return nil }
        return TileHashes.root(hashes[start..<end])
    }

    /// The root of the subtree that a full tile spans.
    var root: TreeHash { TileHashes.root(hashes[...]) }

    private static func root(_ hashes: ArraySlice<TreeHash>) -> TreeHash {
        var level = Array(hashes)
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { .node(level[$0], level[$0 + 1]) }
        }
        return level[0]
    }
}

extension Tile {
    /// The index of the tile from which the hash of `node` is computed.
    package static func index(holding node: TreeNode) -> UInt64 {
        node.index >> UInt64(height - node.level % height)
    }

    /// The tile from which the hash of `node` is computed, as wide as a tree of `size` leaves has it.
    package init?(holding node: TreeNode, inTreeOf size: UInt64) {
        self.init(
            .hashes(level: node.level / Tile.height), index: Tile.index(holding: node), inTreeOf: size)
    }
}
