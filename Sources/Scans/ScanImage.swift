import TrainingConfiguration

/// A volume as a file holds it: intensities and where they lie in the world.
package struct ScanImage: Equatable, Sendable {
    /// Intensities in HU, or labels of a mask.
    package var volume: Volume
    /// The placement of the voxels in the file's world, in mm.
    package let placement: VoxelPlacement
    /// True when a picture whose first row is the first row of a slice shows the back or the feet on top.
    package let isUpsideDown: Bool

    package init(volume: Volume, placement: VoxelPlacement, isUpsideDown: Bool = false) {
        self.volume = volume
        self.placement = placement
        self.isUpsideDown = isUpsideDown
    }

    /// True when rows rise from the back or the feet, in a world whose z points to the head and whose y points to the
    /// back or, as in NIfTI, to the front.
    static func isUpsideDown(_ placement: VoxelPlacement, backIsPositive: Bool) -> Bool {
        let step = placement.columns[1]
        if abs(step.y) >= abs(step.z) { return backIsPositive ? step.y < 0 : step.y > 0 }
        return step.z > 0
    }

    /// The most voxels of a scan that is read.
    package static let maximumVoxelCount = 1 << 28

    /// The size for three counts as the file has them (width first); throws when one is not positive or all are too many.
    static func size(width: Int, height: Int, depth: Int, file: String) throws(ScanError) -> VolumeSize {
        guard width > 0, height > 0, depth > 0 else {
            throw ScanError(
                .malformed, file: file,
                "its size (dim or DimSize) is \(width)×\(height)×\(depth); every side must have at least one voxel")
        }
        let (plane, planeOverflows) = width.multipliedReportingOverflow(by: height)
        let (count, countOverflows) = plane.multipliedReportingOverflow(by: depth)
        guard !planeOverflows, !countOverflows, count <= maximumVoxelCount else {
            throw ScanError(
                .tooLarge, file: file, "\(width)×\(height)×\(depth) voxels; at most \(maximumVoxelCount) are supported")
        }
        return VolumeSize(depth: depth, height: height, width: width)
    }
}
