/// The reason that a proof cannot be made, or proves nothing.
package enum ProofError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no leaf with this index in a tree of this size.
    case indexBeyondSize(index: UInt64, size: UInt64)
    /// The proof is for a tree of another size than the tree head has.
    case otherSize(proof: UInt64, head: UInt64)
    /// The earlier tree is larger than the later one.
    case sizesOutOfOrder(old: UInt64, new: UInt64)
    /// A proof for these sizes has another number of hashes.
    case length(count: Int, expected: Int)
    /// The leaf and the proof lead to another root than the tree head has.
    case rootDiffers(computed: TreeHash, expected: TreeHash)
    /// The proof does not lead to the root of the earlier tree: it belongs to other trees, or was changed.
    case oldRootDiffers(computed: TreeHash, expected: TreeHash)
    /// The proof leads to the root of the earlier tree, but not to that of the later one: the later tree does not
    /// continue it.
    case newRootDiffers(computed: TreeHash, expected: TreeHash)
    /// Two heads of the same size have different roots: one history was shown here and another there.
    case splitView(size: UInt64, old: TreeHash, new: TreeHash)
    /// A head of size 0 has another root than the empty tree.
    case emptyRoot(TreeHash)

    package var description: String {
        switch self {
        case .indexBeyondSize(let index, let size):
            "The tree has \(size) leaves, so there is none with index \(index)."
        case .otherSize(let proof, let head):
            "The proof is for a tree of \(proof) leaves, and the tree head is of size \(head)."
        case .sizesOutOfOrder(let old, let new):
            "The earlier tree has \(old) leaves and the later one \(new); the later one cannot be smaller."
        case .length(let count, let expected):
            "The proof has \(count) hashes; for these sizes it has \(expected)."
        case .rootDiffers(let computed, let expected):
            "The leaf and its proof lead to the root \(computed); the tree head's is \(expected)."
        case .oldRootDiffers(let computed, let expected):
            "The proof leads to \(computed) as the earlier root, which is \(expected): it belongs to other trees, or "
                + "was changed."
        case .newRootDiffers(let computed, let expected):
            "The proof leads from the earlier root to \(computed), and the later root is \(expected): the later tree "
                + "does not continue the earlier one."
        case .splitView(let size, let old, let new):
            "Two tree heads of size \(size) have different roots, \(old) and \(new): the log has shown two histories."
        case .emptyRoot(let root): "The root of a tree without leaves is \(TreeHash.empty), not \(root)."
        }
    }
}
