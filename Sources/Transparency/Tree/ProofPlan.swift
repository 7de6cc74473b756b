/// What a proof is made of: which nodes to read, and how their hashes become the proof's.
///
/// A plan needs no hash, so whoever has to wait for hashes can read `nodes` in its own way and then call
/// ``hashes(from:)``.
package struct ProofPlan: Sendable {
    /// The nodes whose hashes the proof is made of.
    package private(set) var nodes: [TreeNode] = []
    /// How many of them make up each hash of the proof.
    private var counts: [Int] = []

    /// The plan of the proof that a tree of `size` leaves has the one at `index` (RFC 9162, section 2.1.3.1).
    ///
    /// - Throws: `indexBeyondSize`.
    package static func inclusion(of index: UInt64, inTreeOf size: UInt64) throws(ProofError) -> ProofPlan {
        guard index < size else { throw .indexBeyondSize(index: index, size: size) }
        return ProofPlan(descending(to: index, from: 0..<size).siblings)
    }

    /// The plan of the proof that a tree of `new` leaves begins with the one of `old` leaves (RFC 9162, section
    /// 2.1.4.1). Equal sizes, and the empty tree, need no hash.
    ///
    /// - Throws: `sizesOutOfOrder`.
    package static func consistency(from old: UInt64, to new: UInt64) throws(ProofError) -> ProofPlan {
        guard old <= new else { throw .sizesOutOfOrder(old: old, new: new) }
        guard old > 0, old < new else { return ProofPlan([]) }
        var siblings: [Range<UInt64>] = []
        var range = 0..<new
        while range.upperBound != old {
            let (left, right) = split(range)
            if old <= left.upperBound {
                siblings.append(right)
                range = left
            } else {
                siblings.append(left)
                range = right
            }
        }
        // The verifier has the earlier root already when all leaves of the earlier tree are one perfect subtree.
        return ProofPlan((range.lowerBound == 0 ? [] : [range]) + siblings.reversed())
    }

    private init(_ ranges: [Range<UInt64>]) {
        for range in ranges {
            let covering = TreeNode.covering(range)
            nodes += covering
            counts.append(covering.count)
        }
    }

    /// The subtrees beside the way from the leaf at `index` to the root of the tree with the leaves `leaves`, from
    /// below.
    private static func descending(
        to index: UInt64, from leaves: Range<UInt64>
    ) -> (siblings: [Range<UInt64>], leaf: Range<UInt64>) {
        var siblings: [Range<UInt64>] = []
        var range = leaves
        while range.count64 > 1 {
            let (left, right) = split(range)
            siblings.append(left.contains(index) ? right : left)
            range = left.contains(index) ? left : right
        }
        return (siblings.reversed(), range)
    }

    /// The two subtrees of the tree with the leaves `leaves`: the left one has the largest power of two that leaves
    /// some for the right one.
    private static func split(_ leaves: Range<UInt64>) -> (left: Range<UInt64>, right: Range<UInt64>) {
        let middle = leaves.lowerBound + 1 << UInt64(63 - (leaves.count64 - 1).leadingZeroBitCount)
        return (leaves.lowerBound..<middle, middle..<leaves.upperBound)
    }

    /// The hashes of the proof, made of `hashes`, which are those of `nodes` in their order.
    ///
    /// - Precondition: there is one hash for each node.
    package func hashes(from hashes: [TreeHash]) -> [TreeHash] {
        precondition(hashes.count == nodes.count, "a hash for each node")
        var start = 0
        return counts.compactMap { count in
            defer { start += count }
            return TreeHash.root(ofSubtrees: hashes[start..<start + count])
        }
    }
}

extension Range<UInt64> {
    /// The number of elements, which may be more than an `Int` holds.
    fileprivate var count64: UInt64 { upperBound - lowerBound }
}
