/// A straight piece of a vessel between two points (depth, height, width in voxels), with a radius at each end.
struct PhantomTube {
    let from: SIMD3<Double>
    let to: SIMD3<Double>
    let radii: (Double, Double)

    /// The depth of a point inside, in voxels: positive inside, negative outside.
    func depthInside(_ point: SIMD3<Double>) -> Double {
        let axis = to - from
        let length = (axis * axis).sum()
        let along = length > 0 ? min(max(((point - from) * axis).sum() / length, 0), 1) : 0
        let offset = point - (from + along * axis)
        return radii.0 + along * (radii.1 - radii.0) - (offset * offset).sum().squareRoot()
    }
}
