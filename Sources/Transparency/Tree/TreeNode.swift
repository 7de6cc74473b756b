/// The root of a perfect subtree: the one at `index` of those that have 2^`level` leaves.
///
/// Its hash never changes once these leaves are there, so it can be stored and read by this name.
package struct TreeNode: Hashable, Sendable, CustomStringConvertible {
    /// 0 for a leaf; at most 63.
    package let level: Int
    /// Counted from 0 at the left.
    package let index: UInt64

    package init(level: Int, index: UInt64) {
        precondition((0..<64).contains(level), "a tree of at most 2^64 - 1 leaves has levels 0 to 63")
        self.level = level
        self.index = index
    }

    /// True when a tree of `size` leaves has all leaves of the subtree.
    package func isComplete(inTreeOf size: UInt64) -> Bool { index < size >> UInt64(level) }

    package var description: String { "node \(index) of level \(level)" }

    /// The roots of the fewest perfect subtrees that have exactly the leaves `leaves`, from left to right.
    ///
    /// - Precondition: the range begins at a multiple of the largest power of two that is not greater than its length,
    ///   as the ranges of a tree, its subtrees and their proofs do.
    static func covering(_ leaves: Range<UInt64>) -> [TreeNode] {
        var nodes: [TreeNode] = []
        var start = leaves.lowerBound
        while start < leaves.upperBound {
            let level = 63 - (leaves.upperBound - start).leadingZeroBitCount
            precondition(start.trailingZeroBitCount >= level, "the range is no subtree's")
            nodes.append(TreeNode(level: level, index: start >> UInt64(level)))
            start += 1 << UInt64(level)
        }
        return nodes
    }
}
