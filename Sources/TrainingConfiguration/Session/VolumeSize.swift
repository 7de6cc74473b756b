/// The size of a volume or patch in voxels.
package struct VolumeSize: Hashable, Sendable, CustomStringConvertible {
    package let depth: Int
    package let height: Int
    package let width: Int

    package init(depth: Int, height: Int, width: Int) {
        self.depth = depth
        self.height = height
        self.width = width
    }

    /// Depth, height, width.
    package var elements: [Int] { [depth, height, width] }

    /// The number of voxels.
    package var voxelCount: Int { depth * height * width }

    package var description: String { "\(depth)×\(height)×\(width)" }

    init(_ elements: [Int]) { self.init(depth: elements[0], height: elements[1], width: elements[2]) }
}
