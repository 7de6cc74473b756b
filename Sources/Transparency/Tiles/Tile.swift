/// The name of a tile: up to 256 consecutive hashes of one level of a tree, or the entries that the hashes of level 0
/// belong to (C2SP tlog-tiles).
///
/// A full tile never changes. A partial one is the last of its level, and later sizes of the tree have a wider one.
package struct Tile: Hashable, Sendable, CustomStringConvertible {
    /// The levels of the tree that a tile spans.
    package static let height = 8
    /// The number of hashes or entries of a full tile.
    package static let fullWidth = 256
    /// The highest level that a tree of less than 2^64 leaves has.
    static let highestLevel = 7

    /// What a tile holds.
    package enum Content: Hashable, Sendable {
        /// The roots of perfect subtrees of 256^`level` leaves.
        case hashes(level: Int)
        /// The leaves themselves.
        case entries
    }

    package let content: Content
    /// Counted from 0 at the left.
    package let index: UInt64
    /// The number of hashes or entries, 1 to 256.
    package let width: Int

    /// - Precondition: the level is 0 to 7, the width 1 to 256, and a tree may have so many leaves.
    package init(_ content: Content, index: UInt64, width: Int = Tile.fullWidth) {
        precondition((0...Tile.highestLevel).contains(content.level), "a tile has level 0 to 7")
        precondition((1...Tile.fullWidth).contains(width), "a tile has 1 to 256 hashes")
        precondition(index <= Tile.highestIndex(level: content.level), "no tree has so many leaves")
        self.content = content
        self.index = index
        self.width = width
    }

    package var isFull: Bool { width == Tile.fullWidth }

    package var description: String { path }

    /// The hashes or entries of earlier tiles of the level.
    var start: UInt64 { index << UInt64(Tile.height) }

    /// The index of the last tile of `level` that a tree of 2^64 - 1 leaves has.
    static func highestIndex(level: Int) -> UInt64 { UInt64.max >> UInt64(height * (level + 1)) }

    /// The number of hashes that `level` has in a tree of `size` leaves.
    static func hashCount(level: Int, inTreeOf size: UInt64) -> UInt64 { size >> UInt64(height * level) }

    /// The tile at `index`, as wide as a tree of `size` leaves has it; nil when the tree has none there.
    package init?(_ content: Content, index: UInt64, inTreeOf size: UInt64) {
        let count = Tile.hashCount(level: content.level, inTreeOf: size)
        let start = index << UInt64(Tile.height)
        guard index <= Tile.highestIndex(level: content.level), start < count else { return nil }
        self.init(content, index: index, width: Int(min(count - start, UInt64(Tile.fullWidth))))
    }

    /// The tiles that a tree of `size` leaves has and one of `old` leaves did not have, level by level from the left:
    /// all that is to be published when the tree has grown.
    package static func tiles(ofTreeOf size: UInt64, after old: UInt64 = 0) -> [Tile] {
        (0...highestLevel).flatMap { tiles(.hashes(level: $0), ofTreeOf: size, after: old) }
    }

    /// The bundles of entries that a tree of `size` leaves has and one of `old` leaves did not have.
    package static func bundles(ofTreeOf size: UInt64, after old: UInt64 = 0) -> [Tile] {
        tiles(.entries, ofTreeOf: size, after: old)
    }

    private static func tiles(_ content: Content, ofTreeOf size: UInt64, after old: UInt64) -> [Tile] {
        let count = hashCount(level: content.level, inTreeOf: size)
        let known = hashCount(level: content.level, inTreeOf: old)
        guard count > known else { return [] }
        return (known >> UInt64(height)...(count - 1) >> UInt64(height)).compactMap {
            Tile(content, index: $0, inTreeOf: size)
        }
    }
}

extension Tile.Content {
    /// Entries lie beside the hashes of level 0.
    var level: Int {
        switch self {
        case .hashes(let level): level
        case .entries: 0
        }
    }
}
