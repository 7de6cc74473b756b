import Scans
import TrainingConfiguration

/// Brings volumes to another distance between voxels. The first voxel keeps its place.
enum Resampler {
    /// The length of one old voxel in new ones: depth, height, width.
    static func scale(from spacing: SIMD3<Double>, to target: [Double]) -> [Double] {
        [spacing.z / target[0], spacing.y / target[1], spacing.x / target[2]].map { abs($0 - 1) < 1e-6 ? 1 : $0 }
    }

    /// The size after scaling; at least one voxel each way.
    static func size(of size: VolumeSize, scaled scale: [Double], file: String) throws(ScanError) -> VolumeSize {
        let sides = zip(size.elements, scale).map { min(max((Double($0) * $1).rounded(), 1), 1e9) }
        guard sides.reduce(1, *) <= Double(ScanImage.maximumVoxelCount) else {
            throw ScanError(
                .tooLarge, file: file,
                "the target spacing asks for more than \(ScanImage.maximumVoxelCount) voxels; make it coarser")
        }
        return VolumeSize(depth: Int(sides[0]), height: Int(sides[1]), width: Int(sides[2]))
    }

    /// The volume at a new size, each value from its eight neighbours in proportion to their nearness.
    static func linear(_ volume: Volume, to size: VolumeSize, scaled scale: [Double]) -> Volume {
        guard scale != [1, 1, 1] else { return volume }
        let depths = steps(size.depth, volume.size.depth, scale[0])
        let heights = steps(size.height, volume.size.height, scale[1])
        let widths = steps(size.width, volume.size.width, scale[2])
        var result = Volume(size: size)
        volume.values.withUnsafeBufferPointer { source in
            result.values.withUnsafeMutableBufferPointer { target in
                var next = 0
                for z in depths {
                    for y in heights {
                        let rows = [z.low, z.high].flatMap { depth in
                            [y.low, y.high].map { volume.size.offset(depth, $0, 0) }
                        }
                        for x in widths {
                            func between(_ row: Int) -> Float {
                                let low = source[row + x.low]
                                return low + (source[row + x.high] - low) * x.share
                            }
                            let top = between(rows[0]) + (between(rows[1]) - between(rows[0])) * y.share
                            let bottom = between(rows[2]) + (between(rows[3]) - between(rows[2])) * y.share
                            target[next] = top + (bottom - top) * z.share
                            next += 1
                        }
                    }
                }
            }
        }
        return result
    }

    /// The volume at a new size, each value that of the nearest old voxel: for labels.
    static func nearest(_ volume: Volume, to size: VolumeSize, scaled scale: [Double]) -> Volume {
        guard scale != [1, 1, 1] else { return volume }
        let pick = { (steps: [Step]) in steps.map { $0.share < 0.5 ? $0.low : $0.high } }
        let depths = pick(steps(size.depth, volume.size.depth, scale[0]))
        let heights = pick(steps(size.height, volume.size.height, scale[1]))
        let widths = pick(steps(size.width, volume.size.width, scale[2]))
        var values: [Float] = []
        values.reserveCapacity(size.voxelCount)
        for z in depths { for y in heights { for x in widths { values.append(volume[z, y, x]) } } }
        return Volume(size: size, values: values)
    }

    /// Two old voxels around a new one, and how near it is to the second.
    private struct Step {
        let low: Int
        let high: Int
        let share: Float
    }

    private static func steps(_ count: Int, _ oldCount: Int, _ scale: Double) -> [Step] {
        (0..<count).map { index in
            let place = min(Double(index) / scale, Double(oldCount - 1))
            let low = Int(place.rounded(.down))
            return Step(low: low, high: min(low + 1, oldCount - 1), share: Float(place - Double(low)))
        }
    }
}
