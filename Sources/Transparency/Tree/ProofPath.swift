/// The way from a node up to the root of a tree: at first there are subtrees on both sides of it; above the last node
/// that has one on its right, only on its left.
struct ProofPath {
    /// The index of the node at the height where the way begins.
    private let index: UInt64
    /// The hashes up to the last one from the right.
    let innerCount: Int
    /// The hashes after it, all of which are from the left.
    let borderCount: Int

    /// The number of hashes beside the way.
    var count: Int { innerCount + borderCount }

    /// The way of the leaf at `index`, which is less than `size`; or of the subtree of 2^`height` leaves that it is the
    /// last one of.
    init(of index: UInt64, inTreeOf size: UInt64, height: Int = 0) {
        let inner = 64 - (index ^ (size - 1)).leadingZeroBitCount
        self.index = index >> UInt64(height)
        innerCount = inner - height
        borderCount = (index >> UInt64(inner)).nonzeroBitCount
    }

    /// The root of the whole tree, from the node with the hash `start` and the `hashes` beside the way.
    func root(from start: TreeHash, _ hashes: ArraySlice<TreeHash>) -> TreeHash {
        let inner = hashes.prefix(innerCount).enumerated().reduce(start) { hash, next in
            isRight(next.offset) ? .node(next.element, hash) : .node(hash, next.element)
        }
        return hashes.dropFirst(innerCount).reduce(inner) { .node($1, $0) }
    }

    /// The root of the tree that ends with the node where the way begins: only what is on its left counts.
    func rootOfTreeBefore(from start: TreeHash, _ hashes: ArraySlice<TreeHash>) -> TreeHash {
        let inner = hashes.prefix(innerCount).enumerated().reduce(start) { hash, next in
            isRight(next.offset) ? .node(next.element, hash) : hash
        }
        return hashes.dropFirst(innerCount).reduce(inner) { .node($1, $0) }
    }

    /// True when the node on the way, `step` above where it begins, is a right child.
    private func isRight(_ step: Int) -> Bool { index >> UInt64(step) & 1 == 1 }
}
