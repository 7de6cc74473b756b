/// The state of a tree: how many leaves it has, and its root. ``SignedTreeHead`` is one that a log vouches for.
package struct TreeHead: Hashable, Sendable, CustomStringConvertible {
    /// The number of leaves.
    package let size: UInt64
    package let root: TreeHash

    package init(size: UInt64, root: TreeHash) {
        self.size = size
        self.root = root
    }

    /// The head of the tree without leaves.
    package static let empty = TreeHead(size: 0, root: .empty)

    package var description: String { "\(root) at size \(size)" }
}
