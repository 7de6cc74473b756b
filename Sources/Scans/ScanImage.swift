import TrainingConfiguration

/// A volume as a file holds it: intensities and where they lie in the world.
package struct ScanImage: Equatable, Sendable {
    /// Intensities in HU, or labels of a mask.
    package var volume: Volume
    package let geometry: ScanGeometry
    /// Sentences about the file that its user should read, each with the file's name.
    package var warnings: [String] = []

    package init(volume: Volume, geometry: ScanGeometry) {
        self.volume = volume
        self.geometry = geometry
    }

    package var placement: VoxelPlacement { geometry.placement }

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
                .tooLarge, file: file,
                "its size (dim or DimSize) is \(width)×\(height)×\(depth); at most \(maximumVoxelCount) voxels are supported"
            )
        }
        return VolumeSize(depth: depth, height: height, width: width)
    }
}
