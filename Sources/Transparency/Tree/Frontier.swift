/// All that is needed to append to a tree: the roots of the perfect subtrees that its leaves make up.
///
/// A tree of *n* leaves has one such root for each bit of *n* that is 1, the largest subtree first. Appending a leaf
/// computes one inner node on average (RFC 9162, section 2.1.2), in constant memory.
package struct Frontier: Hashable, Sendable {
    /// The number of leaves.
    package private(set) var size: UInt64 = 0
    /// The roots, from left to right.
    private(set) var roots: [TreeHash] = []

    /// The frontier of the tree without leaves.
    package init() {
        roots.reserveCapacity(64)
    }

    /// - Precondition: there is one root for each bit of `size` that is 1.
    init(size: UInt64, roots: [TreeHash]) {
        precondition(roots.count == size.nonzeroBitCount, "a root for each perfect subtree")
        self.size = size
        self.roots = roots
        self.roots.reserveCapacity(64)
    }

    /// The frontier of the tree of `size` leaves whose hashes `reader` has.
    package init<Reader: TreeHashReader>(ofTreeOf size: UInt64, from reader: Reader) throws(Reader.Failure) {
        self.init(size: size, roots: try reader.hashes(of: TreeNode.covering(0..<size)))
    }

    /// Appends the leaf with the hash `leaf`.
    package mutating func append(_ leaf: TreeHash) {
        var hash = leaf
        for _ in 0..<(~size).trailingZeroBitCount { hash = .node(roots.removeLast(), hash) }
        roots.append(hash)
        size += 1
    }

    /// Appends the leaves with the hashes `leaves`, in their order.
    package mutating func append(contentsOf leaves: some Sequence<TreeHash>) {
        for leaf in leaves { append(leaf) }
    }

    /// Appends the leaf with the hash `leaf` and tells `complete` of every perfect subtree that it completes, the leaf
    /// itself first: what a ``TreeHashReader`` of the tree has to have.
    package mutating func append<Failure: Error>(
        _ leaf: TreeHash, completing complete: (TreeNode, TreeHash) throws(Failure) -> Void
    ) throws(Failure) {
        var hash = leaf
        try complete(TreeNode(level: 0, index: size), hash)
        let mergeCount = (~size).trailingZeroBitCount
        for level in 0..<mergeCount {
            hash = .node(roots[roots.count - 1 - level], hash)
            try complete(TreeNode(level: level + 1, index: size >> UInt64(level + 1)), hash)
        }
        roots.removeLast(mergeCount)
        roots.append(hash)
        size += 1
    }

    /// The root of the tree.
    package var root: TreeHash { TreeHash.root(ofSubtrees: roots[...]) ?? .empty }

    /// The size and root of the tree.
    package var head: TreeHead { TreeHead(size: size, root: root) }
}

extension TreeHash {
    /// The root of the tree whose perfect subtrees, from left to right, have the roots `roots`; nil when there are
    /// none.
    static func root(ofSubtrees roots: ArraySlice<TreeHash>) -> TreeHash? {
        guard var root = roots.last else { return nil }
        for left in roots.dropLast().reversed() { root = .node(left, root) }
        return root
    }
}
