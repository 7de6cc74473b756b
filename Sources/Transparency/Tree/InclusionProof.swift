/// The proof that a tree has a leaf at a place (RFC 9162, section 2.1.3).
package struct InclusionProof: Hashable, Sendable {
    /// The index of the leaf, from 0.
    package let index: UInt64
    /// The size of the tree.
    package let size: UInt64
    /// The hashes of the subtrees beside the way from the leaf to the root, from below.
    package let hashes: [TreeHash]

    /// A proof as it was received; nothing of it is trusted before ``verify(_:in:)``.
    package init(index: UInt64, size: UInt64, hashes: [TreeHash]) {
        self.index = index
        self.size = size
        self.hashes = hashes
    }

    /// Makes the proof that the tree of `size` leaves whose hashes `reader` has has the one at `index`.
    ///
    /// - Throws: ``ProofError``, or what `reader` throws.
    package init(of index: UInt64, inTreeOf size: UInt64, from reader: some TreeHashReader) throws {
        let plan = try ProofPlan.inclusion(of: index, inTreeOf: size)
        self.init(index: index, size: size, hashes: plan.hashes(from: try reader.hashes(of: plan.nodes)))
    }

    /// Returns when the tree with `head` has, at `index`, the leaf with the hash `leaf`.
    ///
    /// - Throws: What is wrong.
    package func verify(_ leaf: TreeHash, in head: TreeHead) throws(ProofError) {
        guard size == head.size else { throw .otherSize(proof: size, head: head.size) }
        let computed = try root(of: leaf)
        guard computed == head.root else { throw .rootDiffers(computed: computed, expected: head.root) }
    }

    /// The root of the tree that has the leaf with the hash `leaf`.
    ///
    /// - Throws: `indexBeyondSize` and `length`.
    package func root(of leaf: TreeHash) throws(ProofError) -> TreeHash {
        guard index < size else { throw .indexBeyondSize(index: index, size: size) }
        let path = ProofPath(of: index, inTreeOf: size)
        guard hashes.count == path.count else { throw .length(count: hashes.count, expected: path.count) }
        return path.root(from: leaf, hashes[...])
    }
}
