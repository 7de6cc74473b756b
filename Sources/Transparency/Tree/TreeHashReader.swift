/// Reads the hashes of a tree's perfect subtrees: from a database, from tiles, from memory.
package protocol TreeHashReader {
    associatedtype Failure: Error

    /// The hashes of `nodes`, in their order.
    ///
    /// - Throws: When one of them is not there, or cannot be trusted.
    func hashes(of nodes: [TreeNode]) throws(Failure) -> [TreeHash]
}
