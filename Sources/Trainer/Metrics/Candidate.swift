/// A place where a heatmap suggests a nodule. Places are in voxels, depth first.
package struct Candidate: Equatable, Sendable {
    package let depth: Int
    package let height: Int
    package let width: Int
    /// The heatmap's value there.
    package let score: Float

    package init(depth: Int, height: Int, width: Int, score: Float) {
        self.depth = depth
        self.height = height
        self.width = width
        self.score = score
    }
}
