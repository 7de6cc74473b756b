package import TrainingConfiguration

/// The size of a volume and the place of its voxels in the world.
package struct ScanGeometry: Equatable, Sendable {
    /// The directions that the axes of a file's world point to, from the patient's point of view.
    package enum World: Equatable, Sendable {
        /// Left, posterior, superior: MetaImage and DICOM.
        case leftPosteriorSuperior
        /// Right, anterior, superior: NIfTI.
        case rightAnteriorSuperior
    }

    package let size: VolumeSize
    /// The placement of the voxels in the file's own world, in mm.
    package let placement: VoxelPlacement
    package let world: World

    package init(size: VolumeSize, placement: VoxelPlacement, world: World) {
        self.size = size
        self.placement = placement
        self.world = world
    }

    /// True when a picture whose first row is the first row of a slice shows the back or the feet on top.
    package var isUpsideDown: Bool {
        let step = placement.columns[1]
        if abs(step.y) < abs(step.z) { return step.z > 0 }
        return world == .leftPosteriorSuperior ? step.y < 0 : step.y > 0
    }

    /// True when the place, in the file's own world, lies inside a voxel.
    package func contains(_ place: SIMD3<Double>) -> Bool {
        let voxel = placement.voxel(at: place)
        let sides = SIMD3(Double(size.width), Double(size.height), Double(size.depth))
        return (0..<3).allSatisfy { voxel[$0] >= -0.5 && voxel[$0] <= sides[$0] - 0.5 }
    }

    /// True when both give their voxels the same numbers as places, though these mean different ones: the worlds differ.
    package func isWritten(like other: ScanGeometry) -> Bool {
        guard other.world != world else { return false }
        let same = ScanGeometry(size: other.size, placement: other.placement, world: world)
        guard let order = order(in: same) else { return false }
        return order == self.order(in: self)
    }

    /// The order in which a volume of `other` has the voxels of this one, when both have the same grid in the world: each
    /// of this one's voxels within half a voxel of one of the other's. The axes may be exchanged and run the other way, and
    /// the files may be of different worlds. Nil when the grids differ.
    package func order(in other: ScanGeometry) -> VoxelOrder? {
        let theirs = other.world == world ? other.placement : other.placement.mirrored
        let sides = [size.width, size.height, size.depth]
        let otherSides = [other.size.width, other.size.height, other.size.depth]
        let origin = theirs.voxel(at: placement.origin)
        // How far a step along each axis of this one leads along each of the other's.
        let steps = placement.columns.map { theirs.voxel(at: placement.origin + $0) - origin }
        var axes: [Int] = []
        var isReversed: [Bool] = []
        for step in steps {
            guard let axis = (0..<3).max(by: { abs(step[$0]) < abs(step[$1]) }), !axes.contains(axis) else {
                return nil
            }
            axes.append(axis)
            isReversed.append(step[axis] < 0)
        }
        guard (0..<3).allSatisfy({ sides[$0] == otherSides[axes[$0]] }) else { return nil }
        let order = VoxelOrder(size: size, other: other.size, axes: axes, isReversed: isReversed)
        for corner in 0..<8 {
            let index = (0..<3).map { corner >> $0 & 1 == 0 ? 0 : sides[$0] - 1 }
            var found = origin
            for axis in 0..<3 { found += Double(index[axis]) * steps[axis] }
            let expected = order.place(index)
            if !(0..<3).allSatisfy({ abs(found[$0] - Double(expected[$0])) <= 0.5 }) { return nil }
        }
        return order
    }
}

/// The order of the voxels of one volume in another one of the same grid.
package struct VoxelOrder: Equatable, Sendable {
    fileprivate let size: VolumeSize
    fileprivate let other: VolumeSize
    /// For width, height and depth: the axis of the other one that it is, and whether it runs the other way there.
    fileprivate let axes: [Int]
    fileprivate let isReversed: [Bool]

    /// The voxel of the other volume, as width, height and depth, that the voxel at `index` is.
    fileprivate func place(_ index: [Int]) -> [Int] {
        let sides = [size.width, size.height, size.depth]
        var place = [0, 0, 0]
        for axis in 0..<3 { place[axes[axis]] = isReversed[axis] ? sides[axis] - 1 - index[axis] : index[axis] }
        return place
    }

    /// The other volume's values in this one's order.
    package func sorted(_ volume: Volume) -> Volume {
        precondition(volume.size == other, "the order is one of a volume of \(other)")
        if axes == [0, 1, 2], !isReversed.contains(true) { return volume }
        var result = Volume(size: size)
        // The offset in the other volume is linear in the index: where it begins, and how far a step along each axis leads.
        let strides = [1, other.width, other.width * other.height]
        let sides = [size.width, size.height, size.depth]
        var start = 0
        var steps = [0, 0, 0]
        for axis in 0..<3 {
            let stride = strides[axes[axis]]
            steps[axis] = isReversed[axis] ? -stride : stride
            if isReversed[axis] { start += (sides[axis] - 1) * stride }
        }
        var offset = 0
        for depth in 0..<size.depth {
            for height in 0..<size.height {
                var from = start + depth * steps[2] + height * steps[1]
                for _ in 0..<size.width {
                    result.values[offset] = volume.values[from]
                    offset += 1
                    from += steps[0]
                }
            }
        }
        return result
    }
}
