/// The reason that a path names no tile, or that tiles are not those of a tree.
package enum TileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The path is not the one spelling of any tile.
    case path(String, PathFault)
    /// The tree has no such node, or not all leaves of it.
    case nodeBeyondTree(TreeNode, size: UInt64)
    /// The source answered with another number of tiles than it was asked for.
    case tileCount(Int, expected: Int)
    /// A tile has more or fewer bytes than its width asks for.
    case tileLength(Tile, byteCount: Int, expected: Int)
    /// The tiles at the right edge of the tree lead to another root than the tree head has; one of them is wrong.
    case rootDiffers(computed: TreeHash, expected: TreeHash, tiles: [Tile])
    /// The hashes of a full tile are not what the tile above it says.
    case tileDiffers(Tile, computed: TreeHash, expected: TreeHash)
    /// A bundle ends within an entry.
    case bundleCutShort(Tile, entry: Int)
    /// A bundle goes on after its last entry.
    case bundleTooLong(Tile, byteCount: Int)
    /// An entry is too long for the 16 bits of its length.
    case entryTooLong(index: Int, byteCount: Int)
    /// An entry is not the leaf that the tile beside it has the hash of.
    case entryDiffers(Tile, entry: Int)

    /// The part of a path that is wrong.
    package enum PathFault: Equatable, Sendable {
        case noTile, level, index, width
    }

    package var description: String {
        switch self {
        case .path(let path, let fault): "'\(path)' is no tile: \(fault.words)."
        case .nodeBeyondTree(let node, let size): "A tree of \(size) leaves does not have the whole of \(node)."
        case .tileCount(let count, let expected): "\(expected) tiles were asked for and \(count) came."
        case .tileLength(let tile, let byteCount, let expected):
            "The tile \(tile) has \(byteCount) bytes; its \(tile.width) hashes take \(expected)."
        case .rootDiffers(let computed, let expected, let tiles):
            "The tiles \(tiles.map(\.path).joined(separator: ", ")) lead to the root \(computed); the tree head's is "
                + "\(expected)."
        case .tileDiffers(let tile, let computed, let expected):
            "The tile \(tile) leads to \(computed); the tile above it says \(expected)."
        case .bundleCutShort(let tile, let entry): "The bundle \(tile) ends within entry \(entry)."
        case .bundleTooLong(let tile, let byteCount):
            "The bundle \(tile) has \(byteCount) bytes more than its \(tile.width) entries."
        case .entryTooLong(let index, let byteCount):
            "Entry \(index) has \(byteCount) bytes; a bundle takes entries of at most 65535."
        case .entryDiffers(let tile, let entry):
            "Entry \(entry) of the bundle \(tile) is not the leaf that the tile of hashes beside it has."
        }
    }
}

extension TileError.PathFault {
    var words: String {
        switch self {
        case .noTile: "a path is tile/<level>/<index>, tile/entries/<index>, or checkpoint"
        case .level: "the level is a number from 0 to 7 without leading zeros, or 'entries'"
        case .index: "the index is groups of three digits, all but the last with an x before it, as in x001/x234/067"
        case .width: "the width of a partial tile is a number from 1 to 255 without leading zeros"
        }
    }
}
