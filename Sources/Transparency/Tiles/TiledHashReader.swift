/// Gets tiles from where they are stored or published. Nothing of what it returns is trusted.
package protocol TileSource {
    associatedtype Failure: Error

    /// The bytes of `tiles`, in their order.
    func bytes(of tiles: [Tile]) throws(Failure) -> [[UInt8]]
}

/// Reads the hashes of a tree through its tiles, and returns only those that are proven to be of the tree with `head`.
///
/// A tile is trusted because of the one above it, and the tiles at the right edge, together, because of the root. The
/// tiles that this takes are asked for all at once; most are those that a proof needs in any case.
package struct TiledHashReader<Source: TileSource>: TreeHashReader {
    package let head: TreeHead
    private let source: Source

    package init(_ head: TreeHead, source: Source) {
        self.head = head
        self.source = source
    }

    /// The hashes of `nodes`, in their order.
    ///
    /// - Throws: ``TileError``, or what the source throws.
    package func hashes(of nodes: [TreeNode]) throws(any Error) -> [TreeHash] {
        for node in nodes where !node.isComplete(inTreeOf: head.size) {
            throw TileError.nodeBeyondTree(node, size: head.size)
        }
        let edge = TreeNode.covering(0..<head.size)
        var order = TileOrder(size: head.size)
        for node in edge { order.add(tileOf: node) }
        let edgeCount = order.tiles.count
        for node in nodes { order.addWithParents(tileOf: node) }
        let read = try read(order.tiles)
        try verifyEdge(edge, in: read, tiles: Array(order.tiles[..<edgeCount]))
        for tile in order.tiles[edgeCount...] { try verify(tile, in: read) }
        return nodes.map { hash(of: $0, in: read) }
    }

    private func read(_ tiles: [Tile]) throws -> [Tile: TileHashes] {
        let bytes = try source.bytes(of: tiles)
        guard bytes.count == tiles.count else { throw TileError.tileCount(bytes.count, expected: tiles.count) }
        var read: [Tile: TileHashes] = [:]
        for (tile, bytes) in zip(tiles, bytes) { read[tile] = try TileHashes(encoded: bytes, of: tile) }
        return read
    }

    /// Returns when the tiles at the right edge lead to the root.
    private func verifyEdge(_ edge: [TreeNode], in read: [Tile: TileHashes], tiles: [Tile]) throws(TileError) {
        let roots = edge.map { hash(of: $0, in: read) }
        let computed = TreeHash.root(ofSubtrees: roots[...]) ?? .empty
        guard computed == head.root else {
            throw .rootDiffers(computed: computed, expected: head.root, tiles: tiles)
        }
    }

    /// Returns when the full tile `tile` is what the one above it, which was verified before, says.
    private func verify(_ tile: Tile, in read: [Tile: TileHashes]) throws(TileError) {
        guard let computed = read[tile]?.root else { preconditionFailure("every tile was read") }
        let node = TreeNode(level: Tile.height * (tile.content.level + 1), index: tile.index)
        let expected = hash(of: node, in: read)
        guard computed == expected else { throw .tileDiffers(tile, computed: computed, expected: expected) }
    }

    /// The hash of a node whose tile was read.
    private func hash(of node: TreeNode, in read: [Tile: TileHashes]) -> TreeHash {
        guard let tile = Tile(holding: node, inTreeOf: head.size), let hash = read[tile]?.hash(of: node) else {
            preconditionFailure("every tile was read")
        }
        return hash
    }
}

/// The tiles to read, each after the one by which it is verified.
private struct TileOrder {
    let size: UInt64
    private(set) var tiles: [Tile] = []
    private var known: Set<Tile> = []

    init(size: UInt64) {
        self.size = size
    }

    /// - Precondition: the tree has all leaves of `node`.
    mutating func add(tileOf node: TreeNode) {
        guard let tile = Tile(holding: node, inTreeOf: size) else { preconditionFailure("the tree has the node") }
        if known.insert(tile).inserted { tiles.append(tile) }
    }

    /// Adds the tile of `node` and those above it up to the first one that is there: the tiles at the edge all are.
    ///
    /// - Precondition: the tree has all leaves of `node`.
    mutating func addWithParents(tileOf node: TreeNode) {
        guard let tile = Tile(holding: node, inTreeOf: size), !known.contains(tile) else { return }
        addWithParents(tileOf: TreeNode(level: Tile.height * (tile.content.level + 1), index: tile.index))
        add(tileOf: node)
    }
}
