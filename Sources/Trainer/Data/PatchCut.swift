package import TrainingConfiguration

/// A patch of a scan: where it lies and how it is turned. Flips and the exchange of height and width make the sixteen
/// symmetries that keep the depth axis.
package struct PatchCut: Equatable, Sendable {
    /// The first voxel: depth, height, width. Negative where the scan is smaller than the patch.
    package let origin: [Int]
    package let size: VolumeSize
    package let flipsDepth: Bool
    package let flipsHeight: Bool
    package let flipsWidth: Bool
    /// Whether height and width change places, before the flips.
    package let transposes: Bool

    /// Copies the turned patch into `target` from `offset` on; voxels outside the volume become 0.
    package func copy(from volume: Volume, to target: inout [Float], at offset: Int) {
        precondition(target.count >= offset + size.voxelCount, "no room for the patch")
        let isInside = zip(zip(origin, size.elements), volume.size.elements).allSatisfy {
            $0.0 >= 0 && $0.0 + $0.1 <= $1
        }
        volume.values.withUnsafeBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                var next = offset
                for depth in 0..<size.depth {
                    let z = origin[0] + (flipsDepth ? size.depth - 1 - depth : depth)
                    for height in 0..<size.height {
                        let start = place(height: height, width: 0)
                        let step = size.width > 1 ? place(height: height, width: 1) : start
                        let stride = (step.0 - start.0) * volume.size.width + step.1 - start.1
                        if isInside {
                            var from = volume.size.offset(z, start.0, start.1)
                            for _ in 0..<size.width {
                                target[next] = source[from]
                                next += 1
                                from += stride
                            }
                        } else {
                            for width in 0..<size.width {
                                let (y, x) = place(height: height, width: width)
                                target[next] = volume.size.contains(z, y, x) ? source[volume.size.offset(z, y, x)] : 0
                                next += 1
                            }
                        }
                    }
                }
            }
        }
    }

    /// The voxel of the scan that a place of the turned patch shows.
    private func place(height: Int, width: Int) -> (Int, Int) {
        let y = flipsHeight ? size.height - 1 - height : height
        let x = flipsWidth ? size.width - 1 - width : width
        return transposes ? (origin[1] + x, origin[2] + y) : (origin[1] + y, origin[2] + x)
    }
}

extension VolumeSize {
    func contains(_ depth: Int, _ height: Int, _ width: Int) -> Bool {
        (0..<self.depth).contains(depth) && (0..<self.height).contains(height) && (0..<self.width).contains(width)
    }
}
