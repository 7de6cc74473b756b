import Transparency

/// Tiles as they are published: by path.
struct MemoryTiles: TileSource {
    struct Missing: Error, Equatable {
        let path: String
    }

    var files: [String: [UInt8]] = [:]

    init() {}

    /// The tiles of the tree of the first `size` leaves.
    init(of tree: StoredTree, size: UInt64) throws {
        for tile in Tile.tiles(ofTreeOf: size) { files[tile.path] = try TileHashes(tile, from: tree).encoded }
    }

    func bytes(of tiles: [Tile]) throws(Missing) -> [[UInt8]] {
        var found: [[UInt8]] = []
        for tile in tiles {
            guard let bytes = files[tile.path] else { throw Missing(path: tile.path) }
            found.append(bytes)
        }
        return found
    }
}
