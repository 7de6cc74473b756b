import TensorEngine

/// An ellipsoid along the axes, in voxels. An infinite radius makes it a cylinder.
struct PhantomEllipsoid {
    let depth: Double
    let height: Double
    let width: Double
    let depthRadius: Double
    let heightRadius: Double
    let widthRadius: Double

    /// The part of a row that lies inside; nil when none does.
    func span(depth: Double, height: Double) -> ClosedRange<Double>? {
        let z = (depth - self.depth) / depthRadius
        let y = (height - self.height) / heightRadius
        let rest = 1 - z * z - y * y
        guard rest > 0 else { return nil }
        let half = widthRadius * rest.squareRoot()
        return width - half...width + half
    }

    /// A nodule somewhere in the box around the ellipsoid.
    func place(radius: Double, random: inout Philox) -> Nodule {
        Nodule(
            depth: depth + depthRadius * (random.uniformDouble() * 2 - 1),
            height: height + heightRadius * (random.uniformDouble() * 2 - 1),
            width: width + widthRadius * (random.uniformDouble() * 2 - 1), radius: radius)
    }

    /// True when a nodule lies inside with at least half a voxel around it. The test is by the ellipsoid whose radii
    /// are shorter by the nodule's, which is a little too strict.
    func contains(_ nodule: Nodule) -> Bool {
        let margin = nodule.radius + 0.5
        guard min(depthRadius, heightRadius, widthRadius) > margin else { return false }
        let z = (nodule.depth - depth) / (depthRadius - margin)
        let y = (nodule.height - height) / (heightRadius - margin)
        let x = (nodule.width - width) / (widthRadius - margin)
        return z * z + y * y + x * x <= 1
    }
}
