package import TensorEngine

/// A small rotation about the middle of a patch.
package struct PatchRotation: Equatable, Sendable {
    /// The rows of the matrix that takes a place of the patch, in voxels from its middle (depth, height, width), to the
    /// place of the scan shown there.
    let rows: [SIMD3<Double>]

    /// A rotation whose angle about each axis is at most about `limit` degrees (exactly so about one axis alone); voxels
    /// are `spacing` mm apart (depth, height, width).
    ///
    /// The angles are drawn as the vector part of a quaternion (1, a, b, c), each of a, b, c uniform within ± tan(limit / 2):
    /// plain arithmetic, so that no bit depends on a mathematics library.
    package init(limit: Double, spacing: [Double], random: inout Philox) {
        let half = limit * .pi / 360
        let square = half * half
        // The series of the tangent; its error is below 1e-4 for angles up to 45 degrees.
        let reach = half * (1 + square * (1.0 / 3 + square * (2.0 / 15 + square * 17 / 315)))
        let a = reach * (2 * random.uniformDouble() - 1)
        let b = reach * (2 * random.uniformDouble() - 1)
        let c = reach * (2 * random.uniformDouble() - 1)
        let norm = 1 + a * a + b * b + c * c
        let turn = [
            SIMD3(1 + a * a - b * b - c * c, 2 * (a * b - c), 2 * (a * c + b)) / norm,
            SIMD3(2 * (a * b + c), 1 - a * a + b * b - c * c, 2 * (b * c - a)) / norm,
            SIMD3(2 * (a * c - b), 2 * (b * c + a), 1 - a * a - b * b + c * c) / norm,
        ]
        let scale = SIMD3(spacing[0], spacing[1], spacing[2])
        rows = (0..<3).map { turn[$0] * scale / spacing[$0] }
    }
}
