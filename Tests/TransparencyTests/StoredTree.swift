import Transparency

/// A tree whose hashes are in memory.
struct StoredTree: TreeHashReader {
    struct Missing: Error {
        let node: TreeNode
    }

    private(set) var hashes: [TreeNode: TreeHash] = [:]
    private(set) var frontier = Frontier()

    init(_ leaves: some Sequence<TreeHash>) {
        for leaf in leaves { frontier.append(leaf) { hashes[$0] = $1 } }
    }

    /// A tree of `count` leaves that no other seed has.
    init(count: Int, seed: Int = 0) {
        self.init((0..<count).map { StoredTree.leaf($0, seed: seed) })
    }

    static func leaf(_ index: Int, seed: Int = 0) -> TreeHash { .leaf(content(index, seed: seed)) }

    static func content(_ index: Int, seed: Int = 0) -> [UInt8] { Array("leaf \(index) of \(seed)".utf8) }

    func hashes(of nodes: [TreeNode]) throws(Missing) -> [TreeHash] {
        var found: [TreeHash] = []
        for node in nodes {
            guard let hash = hashes[node] else { throw Missing(node: node) }
            found.append(hash)
        }
        return found
    }

    /// The head of the tree of the first `size` leaves.
    func head(_ size: Int) throws -> TreeHead { try Frontier(ofTreeOf: UInt64(size), from: self).head }

    func inclusion(of index: Int, in size: Int) throws -> InclusionProof {
        try InclusionProof(of: UInt64(index), inTreeOf: UInt64(size), from: self)
    }

    func consistency(from old: Int, to new: Int) throws -> ConsistencyProof {
        try ConsistencyProof(from: UInt64(old), to: UInt64(new), reader: self)
    }
}
