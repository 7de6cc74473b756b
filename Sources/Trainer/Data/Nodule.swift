/// A nodule of a scan. Places are in voxels, depth first; the centre of the first voxel is at 0.
package struct Nodule: Equatable, Sendable {
    package let depth: Double
    package let height: Double
    package let width: Double
    /// Half the diameter in voxels.
    package let radius: Double

    package init(depth: Double, height: Double, width: Double, radius: Double) {
        self.depth = depth
        self.height = height
        self.width = width
        self.radius = radius
    }

    /// The square of the distance from the centre to a place, in voxels.
    package func squaredDistance(depth: Double, height: Double, width: Double) -> Double {
        let (z, y, x) = (depth - self.depth, height - self.height, width - self.width)
        return z * z + y * y + x * x
    }
}
