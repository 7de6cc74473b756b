/// Makes the tiles of a tree while its leaves come by in order, in memory that hardly grows with the tree.
package struct TileBuilder: Sendable {
    /// The hashes of the unfinished tile of each level, from below.
    private var levels: [[TreeHash]] = [[]]
    /// The number of leaves that came.
    package private(set) var size: UInt64 = 0

    package init() {}

    /// Takes the next leaf's hash, and tells `complete` of every full tile that it completes, from below.
    package mutating func append<Failure: Error>(
        _ leaf: TreeHash, completing complete: (TileHashes) throws(Failure) -> Void
    ) throws(Failure) {
        var hash = leaf
        var level = 0
        size += 1
        while true {
            if level == levels.count { levels.append([]) }
            levels[level].append(hash)
            guard levels[level].count == Tile.fullWidth else { return }
            let count = Tile.hashCount(level: level, inTreeOf: size)
            let tile = Tile(.hashes(level: level), index: (count - 1) >> UInt64(Tile.height))
            let hashes = TileHashes(tile, hashes: levels[level])
            levels[level].removeAll(keepingCapacity: true)
            try complete(hashes)
            // 256 to the eighth leaves are beyond any size.
            guard level < Tile.highestLevel else { return }
            hash = hashes.root
            level += 1
        }
    }

    /// The partial tiles of the tree as it is now, from below.
    package var partial: [TileHashes] {
        levels.enumerated().compactMap { level, hashes in
            guard !hashes.isEmpty else { return nil }
            let count = Tile.hashCount(level: level, inTreeOf: size)
            return TileHashes(
                Tile(.hashes(level: level), index: count >> UInt64(Tile.height), width: hashes.count), hashes: hashes)
        }
    }
}
