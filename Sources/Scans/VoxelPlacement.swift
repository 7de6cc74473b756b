/// The position of voxels in the world: place = origin + Σ index · column, in mm, for the axes width, height, depth.
package struct VoxelPlacement: Equatable, Sendable {
    /// The world's place of the first voxel: x, y, z.
    package let origin: SIMD3<Double>
    /// The steps from one voxel to the next along width, height and depth.
    package let columns: [SIMD3<Double>]
    private let inverseRows: [SIMD3<Double>]

    /// Nil when the steps do not span the space or are not finite.
    package init?(origin: SIMD3<Double>, columns: [SIMD3<Double>]) {
        guard columns.count == 3 else { return nil }
        let (a, b, c) = (columns[0], columns[1], columns[2])
        let (bc, ca, ab) = (Self.cross(b, c), Self.cross(c, a), Self.cross(a, b))
        let determinant = (a * bc).sum()
        guard determinant.isFinite, abs(determinant) > 1e-12, (origin * 0).sum() == 0 else { return nil }
        self.origin = origin
        self.columns = columns
        inverseRows = [bc / determinant, ca / determinant, ab / determinant]
    }

    /// The distance between neighbouring voxels in mm: width, height, depth.
    package var spacing: SIMD3<Double> {
        SIMD3(Self.length(columns[0]), Self.length(columns[1]), Self.length(columns[2]))
    }

    /// The voxel coordinates (width, height, depth; fractions allowed) of a place of the world.
    package func voxel(at place: SIMD3<Double>) -> SIMD3<Double> {
        let offset = place - origin
        return SIMD3(
            (offset * inverseRows[0]).sum(), (offset * inverseRows[1]).sum(), (offset * inverseRows[2]).sum())
    }

    /// The same placement in a world whose x and y point the other way: LPS for RAS and the other way round.
    package var mirrored: VoxelPlacement {
        let sign = SIMD3(-1.0, -1.0, 1.0)
        return VoxelPlacement(
            origin: sign * origin, columns: columns.map { sign * $0 }, inverseRows: inverseRows.map { sign * $0 })
    }

    private init(origin: SIMD3<Double>, columns: [SIMD3<Double>], inverseRows: [SIMD3<Double>]) {
        self.origin = origin
        self.columns = columns
        self.inverseRows = inverseRows
    }

    private static func length(_ vector: SIMD3<Double>) -> Double { (vector * vector).sum().squareRoot() }

    private static func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }
}
