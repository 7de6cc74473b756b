import LMDB
import Transparency

/// The databases of the tiles and the form of their keys and values.
struct TileTables: Sendable {
    let environment: Environment
    private let tiles: Database
    private let edge: Database
    private let meta: Database

    private static let sizeKey = Array("size".utf8)
    private static let tileByteCount = Tile.fullWidth * TreeHash.byteCount

    init(_ folder: String, _ options: EnvironmentOptions) throws(LMDBError) {
        environment = try Environment(path: folder, options: options)
        tiles = try environment.database("tiles")
        edge = try environment.database("edge")
        meta = try environment.database("meta")
    }

    /// The number of leaves.
    func size(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) -> UInt64 {
        guard let bytes = try transaction.value(for: TileTables.sizeKey, in: meta), bytes.count == 8 else { return 0 }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The hashes of the tile at `index` of `level`, as many as there are; nil when there is none.
    func hashes(
        level: Int, index: UInt64, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> [UInt8]? {
        let count = try size(in: transaction) >> UInt64(Tile.height * level)
        if index < count >> UInt64(Tile.height) {
            return try transaction.value(for: TileTables.key(level, index), in: tiles)
        }
        guard index == count >> UInt64(Tile.height) else { return nil }
        return try transaction.value(for: [UInt8(level)], in: edge)
    }

    /// The hashes of `nodes`; nil when some of their leaves are not there.
    func hashes(
        of nodes: [TreeNode], in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> [TreeHash]? {
        let size = try size(in: transaction)
        var read: [Tile: TileHashes] = [:]
        var hashes: [TreeHash] = []
        for node in nodes {
            guard node.isComplete(inTreeOf: size), let tile = Tile(holding: node, inTreeOf: size) else { return nil }
            if read[tile] == nil {
                read[tile] = try self.hashes(of: tile, in: transaction)
            }
            guard let hash = read[tile]?.hash(of: node) else { throw damaged(tile) }
            hashes.append(hash)
        }
        return hashes
    }

    private func hashes(
        of tile: Tile, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> TileHashes {
        guard case .hashes(let level) = tile.content,
            let bytes = try hashes(level: level, index: tile.index, in: transaction)
        else { throw damaged(tile) }
        do throws(TileError) {
            return try TileHashes(encoded: bytes, of: tile)
        } catch {
            throw damaged(tile)
        }
    }

    private func damaged(_ tile: Tile) -> LMDBError {
        LMDBError(.corrupted, during: "read tiles", at: environment.path, detail: "The tile \(tile) is not whole.")
    }

    /// Appends the hashes of the leaves after the first `size`: each completed tile is put, and its root appended to the
    /// level above.
    func append(
        _ leaves: [TreeHash], after size: UInt64, in transaction: borrowing WriteTransaction
    ) throws(LMDBError) {
        var edges = Edges(size: size)
        for level in 0...Edges.highestLevel {
            edges.bytes[level] = try transaction.value(for: [UInt8(level)], in: edge) ?? []
        }
        for leaf in leaves {
            for tile in edges.append(leaf) {
                try transaction.put(tile.bytes, for: TileTables.key(tile.level, tile.index), in: tiles)
            }
        }
        for level in 0...Edges.highestLevel where edges.changed.contains(level) {
            try transaction.put(edges.bytes[level], for: [UInt8(level)], in: edge)
        }
        try transaction.put(
            withUnsafeBytes(of: edges.size.bigEndian) { Array($0) }, for: TileTables.sizeKey, in: meta)
    }

    func clear(in transaction: borrowing WriteTransaction) throws(LMDBError) {
        for database in [tiles, edge, meta] { try transaction.clear(database) }
    }

    private static func key(_ level: Int, _ index: UInt64) -> [UInt8] {
        [UInt8(level)] + withUnsafeBytes(of: index.bigEndian) { Array($0) }
    }
}

/// The partial tiles at the right edge of a tree, one for each level.
private struct Edges {
    static let highestLevel = 7

    var size: UInt64
    var bytes: [[UInt8]] = Array(repeating: [], count: highestLevel + 1)
    private(set) var changed: Set<Int> = []

    init(size: UInt64) { self.size = size }

    /// Appends a leaf. Returns the tiles that it completes.
    mutating func append(_ leaf: TreeHash) -> [(level: Int, index: UInt64, bytes: [UInt8])] {
        var completed: [(level: Int, index: UInt64, bytes: [UInt8])] = []
        var hash = leaf
        size += 1
        for level in 0...Self.highestLevel {
            hash.withBytes { bytes[level].append(contentsOf: $0) }
            changed.insert(level)
            guard bytes[level].count == Tile.fullWidth * TreeHash.byteCount else { break }
            let count = size >> UInt64(Tile.height * (level + 1))
            completed.append((level, count - 1, bytes[level]))
            hash = TileTables.root(ofFullTile: bytes[level])
            bytes[level].removeAll(keepingCapacity: true)
        }
        return completed
    }
}

extension TileTables {
    /// The root of the subtree that a full tile spans.
    fileprivate static func root(ofFullTile bytes: [UInt8]) -> TreeHash {
        var frontier = Frontier()
        bytes.withUnsafeBytes { buffer in
            for start in stride(from: 0, to: buffer.count, by: TreeHash.byteCount) {
                guard
                    let hash = TreeHash(
                        bytes: UnsafeRawBufferPointer(rebasing: buffer[start..<start + TreeHash.byteCount]))
                else { preconditionFailure("a hash has 32 bytes") }
                frontier.append(hash)
            }
        }
        return frontier.root
    }
}
