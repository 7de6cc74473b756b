import Scans
import Testing
import TrainingConfiguration

/// Grids of the world that two files hold in their own ways.
@Suite("Places of voxels")
struct ScanGeometryTests {
    private typealias World = ScanGeometry.World

    private func geometry(
        _ size: VolumeSize, origin: SIMD3<Double>, _ columns: [SIMD3<Double>], _ world: ScanGeometry.World
    ) throws -> ScanGeometry {
        ScanGeometry(
            size: size, placement: try #require(VoxelPlacement(origin: origin, columns: columns)), world: world)
    }

    private func axis(_ index: Int, _ step: Double) -> SIMD3<Double> {
        var column = SIMD3<Double>(repeating: 0)
        column[index] = step
        return column
    }

    @Test("the same grid is found in every order and direction of the axes and in either world")
    func orders() throws {
        let size = VolumeSize(depth: 2, height: 3, width: 4)
        let spacing = SIMD3(0.5, 0.75, 2)
        let origin = SIMD3(-100.0, 50, 20)
        let scan = try geometry(
            size, origin: origin, (0..<3).map { axis($0, spacing[$0]) }, .leftPosteriorSuperior)
        var volume = Volume(size: size)
        for index in volume.values.indices { volume.values[index] = Float(index) }
        for axes in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            for flips in 0..<8 {
                let isFlipped = (0..<3).map { flips >> $0 & 1 == 1 }
                let sides = [4, 3, 2]
                // Axis n of the stored volume is axis axes[n] of the scan.
                let stored = axes.map { sides[$0] }
                var start = origin
                for axis in 0..<3 where isFlipped[axes[axis]] {
                    start[axes[axis]] += spacing[axes[axis]] * Double(sides[axes[axis]] - 1)
                }
                let columns = axes.map { axis($0, isFlipped[$0] ? -spacing[$0] : spacing[$0]) }
                let other = try geometry(
                    VolumeSize(depth: stored[2], height: stored[1], width: stored[0]), origin: start, columns,
                    .leftPosteriorSuperior)
                var permuted = Volume(size: other.size)
                for z in 0..<stored[2] {
                    for y in 0..<stored[1] {
                        for x in 0..<stored[0] {
                            var place = [0, 0, 0]
                            for (axis, index) in zip(axes, [x, y, z]) {
                                place[axis] = isFlipped[axis] ? sides[axis] - 1 - index : index
                            }
                            permuted[z, y, x] = volume[place[2], place[1], place[0]]
                        }
                    }
                }
                let mirrored = ScanGeometry(
                    size: other.size, placement: other.placement.mirrored, world: .rightAnteriorSuperior)
                for found in [other, mirrored] {
                    let order = try #require(scan.order(in: found), "\(axes) \(isFlipped)")
                    #expect(order.sorted(permuted) == volume)
                }
                let wrong = ScanGeometry(size: other.size, placement: other.placement, world: .rightAnteriorSuperior)
                #expect(scan.order(in: wrong) == nil)
            }
        }
    }

    @Test("a grid that lies elsewhere, is finer or has other sides is another one")
    func others() throws {
        let size = VolumeSize(depth: 20, height: 16, width: 12)
        func grid(_ origin: SIMD3<Double>, _ step: Double, _ size: VolumeSize) throws -> ScanGeometry {
            try geometry(size, origin: origin, (0..<3).map { axis($0, step) }, .leftPosteriorSuperior)
        }
        let scan = try grid(.zero, 1, size)
        #expect(scan.order(in: try grid(SIMD3(0.4, -0.4, 0.4), 1, size)) != nil)
        #expect(scan.order(in: try grid(SIMD3(40, 0, 0), 1, size)) == nil)
        #expect(scan.order(in: try grid(SIMD3(0, 0, 0.6), 1, size)) == nil)
        #expect(scan.order(in: try grid(.zero, 1.1, size)) == nil)
        #expect(scan.order(in: try grid(.zero, 1, VolumeSize(depth: 20, height: 16, width: 13))) == nil)
    }

    @Test("the same numbers in another world are told from another place")
    func sameNumbers() throws {
        let size = VolumeSize(depth: 20, height: 16, width: 12)
        func grid(_ x: Double, _ step: Double, _ world: ScanGeometry.World) throws -> ScanGeometry {
            try geometry(size, origin: SIMD3(x, 0, 0), [axis(0, step), axis(1, 1), axis(2, 1)], world)
        }
        let scan = try grid(0, 1, .leftPosteriorSuperior)
        #expect(scan.order(in: try grid(0, 1, .rightAnteriorSuperior)) == nil)
        #expect(scan.isWritten(like: try grid(0, 1, .rightAnteriorSuperior)))
        #expect(!scan.isWritten(like: try grid(40, 1, .rightAnteriorSuperior)))
        #expect(!scan.isWritten(like: try grid(11, -1, .rightAnteriorSuperior)))
        #expect(!scan.isWritten(like: try grid(40, 1, .leftPosteriorSuperior)))
    }

    @Test("a place is inside when it is in a voxel")
    func inside() throws {
        let scan = try geometry(
            VolumeSize(depth: 2, height: 3, width: 4), origin: SIMD3(10, 20, 30), (0..<3).map { axis($0, 2) },
            .rightAnteriorSuperior)
        #expect(scan.contains(SIMD3(9.1, 20, 30)) && scan.contains(SIMD3(16.9, 24.9, 32.9)))
        #expect(!scan.contains(SIMD3(8.9, 20, 30)) && !scan.contains(SIMD3(10, 20, 33.1)))
    }
}
