/// The proof that a tree begins with an earlier one: nothing was changed, removed or put in between (RFC 9162, section
/// 2.1.4).
package struct ConsistencyProof: Hashable, Sendable {
    /// The size of the earlier tree.
    package let old: UInt64
    /// The size of the later tree.
    package let new: UInt64
    package let hashes: [TreeHash]

    /// A proof as it was received; nothing of it is trusted before ``verify(from:to:)``.
    package init(from old: UInt64, to new: UInt64, hashes: [TreeHash]) {
        self.old = old
        self.new = new
        self.hashes = hashes
    }

    /// Makes the proof that the tree of `new` leaves whose hashes `reader` has begins with its first `old` leaves.
    ///
    /// - Throws: ``ProofError``, or what `reader` throws.
    package init(from old: UInt64, to new: UInt64, reader: some TreeHashReader) throws {
        let plan = try ProofPlan.consistency(from: old, to: new)
        self.init(from: old, to: new, hashes: plan.hashes(from: try reader.hashes(of: plan.nodes)))
    }

    /// Returns when the tree with the head `newHead` begins with the one with the head `oldHead`.
    ///
    /// - Throws: What is wrong.
    package func verify(from oldHead: TreeHead, to newHead: TreeHead) throws(ProofError) {
        guard old == oldHead.size else { throw .otherSize(proof: old, head: oldHead.size) }
        guard new == newHead.size else { throw .otherSize(proof: new, head: newHead.size) }
        guard old <= new else { throw .sizesOutOfOrder(old: old, new: new) }
        for head in [oldHead, newHead] where head.size == 0 && head.root != .empty { throw .emptyRoot(head.root) }
        guard old > 0, old < new else {
            guard hashes.isEmpty else { throw .length(count: hashes.count, expected: 0) }
            guard old != new || oldHead.root == newHead.root else {
                throw .splitView(size: old, old: oldHead.root, new: newHead.root)
            }
            return
        }
        try verifyHashes(from: oldHead, to: newHead)
    }

    private func verifyHashes(from oldHead: TreeHead, to newHead: TreeHead) throws(ProofError) {
        // The way begins at the last perfect subtree of the earlier tree. When that is the whole tree, its root is
        // known.
        let height = old.trailingZeroBitCount
        let path = ProofPath(of: old - 1, inTreeOf: new, height: height)
        let isPerfect = old.nonzeroBitCount == 1
        let expected = path.count + (isPerfect ? 0 : 1)
        guard hashes.count == expected else { throw .length(count: hashes.count, expected: expected) }
        let start = isPerfect ? oldHead.root : hashes[0]
        let siblings = isPerfect ? hashes[...] : hashes[1...]
        let oldRoot = path.rootOfTreeBefore(from: start, siblings)
        guard oldRoot == oldHead.root else { throw .oldRootDiffers(computed: oldRoot, expected: oldHead.root) }
        let newRoot = path.root(from: start, siblings)
        guard newRoot == newHead.root else { throw .newRootDiffers(computed: newRoot, expected: newHead.root) }
    }
}
