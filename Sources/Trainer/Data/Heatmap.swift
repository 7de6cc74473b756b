package import Scans
package import TrainingConfiguration

/// Draws what a network is to predict.
package enum Heatmap {
    /// The standard deviation of a nodule's peak as a share of its radius.
    package static let relativeWidth = 0.6
    /// Values below are drawn as 0.
    package static let floor: Float = 0.05

    /// The detection target of a volume: exp(−d² / 2σ²) around each centre, σ = 0.6 radius (at least 1 voxel); where
    /// peaks meet, the higher one. The voxel nearest to a centre is close to 1.
    package static func detection(of nodules: [Nodule], size: VolumeSize) -> Volume {
        var heatmap = Volume(size: size)
        for nodule in nodules {
            let sigma = max(relativeWidth * nodule.radius, 1)
            // Beyond 2.5 σ the peak is below the floor: exp(−2.5² / 2) = 0.044.
            draw(nodule, reach: 2.5 * sigma, into: &heatmap) { old, squaredDistance in
                let value = exponential(-squaredDistance / (2 * sigma * sigma))
                return value < floor ? old : max(old, value)
            }
        }
        return heatmap
    }

    /// The segmentation target of a volume: 1 within a nodule's radius, else 0.
    package static func segmentation(of nodules: [Nodule], size: VolumeSize) -> Volume {
        var mask = Volume(size: size)
        for nodule in nodules {
            draw(nodule, reach: nodule.radius, into: &mask) { old, squaredDistance in
                squaredDistance <= nodule.radius * nodule.radius ? 1 : old
            }
        }
        return mask
    }

    private static func draw(
        _ nodule: Nodule, reach: Double, into volume: inout Volume, _ value: (Float, Double) -> Float
    ) {
        let size = volume.size
        func span(_ center: Double, _ count: Int) -> Range<Int> {
            let lower = Int(max(0, (center - reach).rounded(.up)))
            return lower..<max(lower, Int(min(Double(count - 1), (center + reach).rounded(.down))) + 1)
        }
        for depth in span(nodule.depth, size.depth) {
            for height in span(nodule.height, size.height) {
                for width in span(nodule.width, size.width) {
                    let distance = nodule.squaredDistance(
                        depth: Double(depth), height: Double(height), width: Double(width))
                    let offset = size.offset(depth, height, width)
                    volume.values[offset] = value(volume.values[offset], distance)
                }
            }
        }
    }

    /// e^x for x from −4 to 0, by halving the argument four times and the series of the rest: plain arithmetic, so that
    /// no bit depends on a mathematics library.
    private static func exponential(_ x: Double) -> Float {
        let small = x / 16
        var sum = 1.0
        for term in stride(from: 10, through: 1, by: -1) { sum = 1 + sum * small / Double(term) }
        for _ in 0..<4 { sum *= sum }
        return Float(sum)
    }
}
