package import TrainingConfiguration

/// Covers a whole scan with overlapping windows and puts their predictions together.
///
/// Every voxel lies in at least one window. Where windows overlap, the result is the mean of their predictions, weighted
/// by how far the voxel is from a window's edge; so no seam shows where windows meet.
package struct SlidingWindow: Sendable {
    package let volumeSize: VolumeSize
    package let windowSize: VolumeSize
    /// The first voxel of each window (depth, height, width); negative where the volume is smaller than a window.
    package let origins: [[Int]]
    private let weights: [Float]

    /// Windows that overlap by at least `overlap` of their side, from 0 to below 1.
    package init(covering volumeSize: VolumeSize, windowSize: VolumeSize, overlap: Double = 0.25) {
        precondition(overlap >= 0 && overlap < 1, "the overlap is \(overlap); it must be at least 0 and below 1")
        self.volumeSize = volumeSize
        self.windowSize = windowSize
        let starts = zip(volumeSize.elements, windowSize.elements).map { Self.starts(side: $0, window: $1, overlap) }
        origins = starts[0].flatMap { depth in
            starts[1].flatMap { height in starts[2].map { width in [depth, height, width] } }
        }
        let ramps = windowSize.elements.map(Self.ramp)
        weights = ramps[0].flatMap { depth in
            ramps[1].flatMap { height in ramps[2].map { width in depth * height * width } }
        }
    }

    /// The input of the window `index`, voxels outside the volume being 0.
    package func window(_ index: Int, of volume: Volume) -> [Float] {
        precondition(volume.size == volumeSize, "a volume of \(volume.size) for windows over \(volumeSize)")
        var values = [Float](repeating: 0, count: windowSize.voxelCount)
        PatchCut(
            origin: origins[index], size: windowSize, flipsDepth: false, flipsHeight: false, flipsWidth: false,
            transposes: false
        ).copy(from: volume, to: &values, at: 0)
        return values
    }

    /// What `predict` makes of the whole volume, from what it makes of each window in their order.
    package func predict<Failure: Error>(
        _ volume: Volume, _ predict: ([Float]) throws(Failure) -> [Float]
    ) throws(Failure) -> Volume {
        var sums = Volume(size: volumeSize)
        var totals = Volume(size: volumeSize)
        for index in origins.indices {
            let prediction = try predict(window(index, of: volume))
            precondition(prediction.count == weights.count, "a prediction of \(prediction.count) voxels for a window")
            add(prediction, at: origins[index], to: &sums, &totals)
        }
        sums.values.withUnsafeMutableBufferPointer { sums in
            totals.values.withUnsafeBufferPointer { totals in
                for index in sums.indices { sums[index] /= totals[index] }
            }
        }
        return sums
    }

    private func add(_ prediction: [Float], at origin: [Int], to sums: inout Volume, _ totals: inout Volume) {
        func span(_ axis: Int) -> Range<Int> {
            let (start, side) = (origin[axis], volumeSize.elements[axis])
            return max(0, -start)..<min(windowSize.elements[axis], side - start)
        }
        let widths = span(2)
        sums.values.withUnsafeMutableBufferPointer { sums in
            totals.values.withUnsafeMutableBufferPointer { totals in
                for depth in span(0) {
                    for height in span(1) {
                        let from = windowSize.offset(depth, height, 0)
                        let to = volumeSize.offset(origin[0] + depth, origin[1] + height, origin[2])
                        for width in widths {
                            let weight = weights[from + width]
                            sums[to + width] += weight * prediction[from + width]
                            totals[to + width] += weight
                        }
                    }
                }
            }
        }
    }

    /// The fewest starts that cover a side, spread evenly.
    private static func starts(side: Int, window: Int, _ overlap: Double) -> [Int] {
        guard side > window else { return [(side - window) / 2] }
        let stride = max(1, Int(Double(window) * (1 - overlap)))
        let count = (side - window + stride - 1) / stride + 1
        return (0..<count).map { ($0 * (side - window) + (count - 1) / 2) / (count - 1) }
    }

    /// Weights that rise evenly from the edges to 1 in the middle.
    private static func ramp(_ count: Int) -> [Float] {
        let half = Float((count + 1) / 2)
        return (0..<count).map { Float(min($0 + 1, count - $0)) / half }
    }
}
