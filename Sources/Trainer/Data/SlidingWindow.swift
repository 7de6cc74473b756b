package import Scans
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
        PatchCut(origin: origins[index], size: windowSize).copy(from: volume, to: &values, at: 0)
        return values
    }

    /// The prediction for the whole volume, from what `predict` makes of each window in their order.
    package func predict<Failure: Error>(
        _ volume: Volume, _ predict: ([Float]) throws(Failure) -> [Float]
    ) throws(Failure) -> Volume {
        Volume(size: volumeSize, values: try self.predict(volume, channels: 1, predict))
    }

    /// As `predict(_:_:)` for predictions of several channels, row-major: [channels, depth, height, width].
    package func predict<Failure: Error>(
        _ volume: Volume, channels: Int, _ predict: ([Float]) throws(Failure) -> [Float]
    ) throws(Failure) -> [Float] {
        var sums = [Float](repeating: 0, count: channels * volumeSize.voxelCount)
        var totals = [Float](repeating: 0, count: volumeSize.voxelCount)
        for index in origins.indices {
            let prediction = try predict(window(index, of: volume))
            precondition(
                prediction.count == channels * weights.count, "a prediction of \(prediction.count) values for a window")
            forEachRow(at: origins[index]) { from, to, count in
                for width in 0..<count { totals[to + width] += weights[from + width] }
            }
            sums.withUnsafeMutableBufferPointer { sums in
                for channel in 0..<channels {
                    let (fromStart, toStart) = (channel * weights.count, channel * volumeSize.voxelCount)
                    forEachRow(at: origins[index]) { from, to, count in
                        for width in 0..<count {
                            sums[toStart + to + width] +=
                                weights[from + width] * prediction[fromStart + from + width]
                        }
                    }
                }
            }
        }
        sums.withUnsafeMutableBufferPointer { sums in
            totals.withUnsafeBufferPointer { totals in
                for channel in 0..<channels {
                    let start = channel * totals.count
                    for index in totals.indices { sums[start + index] /= totals[index] }
                }
            }
        }
        return sums
    }

    /// Calls `body` for each row of a window that lies in the volume: where it begins in the window and in the volume, and
    /// its voxels.
    @inline(__always)
    private func forEachRow(at origin: [Int], _ body: (_ from: Int, _ to: Int, _ count: Int) -> Void) {
        func span(_ axis: Int) -> Range<Int> {
            let (start, side) = (origin[axis], volumeSize.elements[axis])
            return max(0, -start)..<min(windowSize.elements[axis], side - start)
        }
        let widths = span(2)
        for depth in span(0) {
            for height in span(1) {
                body(
                    windowSize.offset(depth, height, widths.lowerBound),
                    volumeSize.offset(origin[0] + depth, origin[1] + height, origin[2] + widths.lowerBound),
                    widths.count)
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
