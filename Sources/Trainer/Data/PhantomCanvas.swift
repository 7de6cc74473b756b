import Scans
import TensorEngine
import TrainingConfiguration

/// Draws a phantom in HU. Edges are soft: a voxel that a shape covers in part gets its share of the intensity.
struct PhantomCanvas {
    private(set) var volume: Volume

    init(size: VolumeSize) { volume = Volume(size: size, filledWith: PhantomAnatomy.airIntensity) }

    /// Fills an ellipsoid, row by row.
    mutating func fill(_ ellipsoid: PhantomEllipsoid, with intensity: Float) {
        let size = volume.size
        volume.values.withUnsafeMutableBufferPointer { values in
            for depth in 0..<size.depth {
                for height in 0..<size.height {
                    guard let span = ellipsoid.span(depth: Double(depth), height: Double(height)) else { continue }
                    let first = max(0, Int((span.lowerBound - 0.5).rounded(.down)))
                    let last = min(size.width - 1, Int((span.upperBound + 0.5).rounded(.up)))
                    guard first <= last else { continue }
                    let row = size.offset(depth, height, 0)
                    let (solidFirst, solidLast) = (
                        max(first, Int((span.lowerBound + 0.5).rounded(.up))),
                        min(last, Int((span.upperBound - 0.5).rounded(.down)))
                    )
                    for width in first...last {
                        if width >= solidFirst && width <= solidLast {
                            values[row + width] = intensity
                        } else {
                            let place = Double(width)
                            let inside = min(place - span.lowerBound, span.upperBound - place)
                            Self.blend(&values[row + width], intensity, Float(inside + 0.5))
                        }
                    }
                }
            }
        }
    }

    /// Fills a piece of a vessel.
    mutating func fill(_ tube: PhantomTube, with intensity: Float) {
        let reach = max(tube.radii.0, tube.radii.1) + 0.5
        let lower = pointwiseMin(tube.from, tube.to) - reach
        let upper = pointwiseMax(tube.from, tube.to) + reach
        forEachVoxel(from: lower, to: upper) { point in (tube.depthInside(point) + 0.5, intensity) }
    }

    /// Fills a nodule, longer in width by the factor `stretch` and shorter in height.
    mutating func fill(_ nodule: Nodule, with intensity: Float, stretched stretch: Float) {
        let center = SIMD3(nodule.depth, nodule.height, nodule.width)
        let reach = nodule.radius * 1.1 + 1
        let scale = SIMD3(1, Double(stretch), 1 / Double(stretch))
        forEachVoxel(from: center - reach, to: center + reach) { point in
            let offset = (point - center) * scale
            return (nodule.radius - (offset * offset).sum().squareRoot() + 0.5, intensity)
        }
    }

    /// Adds noise that is nearly normal: the sum of four uniform bytes, scaled. Voxel i depends on the seed, the stream
    /// and i alone.
    mutating func addNoise(deviation: Float, seed: UInt64, stream: UInt64) {
        guard deviation > 0 else { return }
        // Four bytes have the mean 4 · 127.5 and the variance 4 · (256² − 1) / 12.
        let scale = deviation / Float(21845.0.squareRoot())
        let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        let purpose = Philox.Purpose.phantomNoise.rawValue
        let (low, high) = (UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
        volume.values.withUnsafeMutableBufferPointer { values in
            var block: UInt32 = 0
            var index = 0
            while index < values.count {
                let words = Philox.block(counter: SIMD4(block, purpose, low, high), key: key)
                for lane in 0..<min(4, values.count - index) {
                    let word = words[lane]
                    let pairs = (word & 0x00FF_00FF) &+ ((word >> 8) & 0x00FF_00FF)
                    let sum = (pairs & 0xFFFF) &+ (pairs >> 16)
                    values[index + lane] += (Float(sum) - 510) * scale
                }
                block += 1
                index += 4
            }
        }
    }

    /// Blends an intensity into every voxel of a box by its coverage, 0 and below to 1 and above.
    private mutating func forEachVoxel(
        from lower: SIMD3<Double>, to upper: SIMD3<Double>, _ body: (SIMD3<Double>) -> (Double, Float)
    ) {
        let size = volume.size
        func span(_ lower: Double, _ upper: Double, _ count: Int) -> Range<Int> {
            let first = max(0, Int(lower.rounded(.up)))
            return first..<max(first, min(count, Int(upper.rounded(.down)) + 1))
        }
        let heights = span(lower.y, upper.y, size.height)
        let widths = span(lower.z, upper.z, size.width)
        volume.values.withUnsafeMutableBufferPointer { values in
            for depth in span(lower.x, upper.x, size.depth) {
                for height in heights {
                    for width in widths {
                        let (coverage, intensity) = body(SIMD3(Double(depth), Double(height), Double(width)))
                        Self.blend(&values[size.offset(depth, height, width)], intensity, Float(coverage))
                    }
                }
            }
        }
    }

    private static func blend(_ value: inout Float, _ intensity: Float, _ coverage: Float) {
        let share = min(max(coverage, 0), 1)
        value += (intensity - value) * share
    }
}
