import Scans
import TrainingConfiguration

/// The values of a volume along straight rows between its voxels; outside the volume they are 0.
struct VoxelSampler {
    private let voxels: UnsafePointer<Float>?
    private let size: VolumeSize

    /// The sampler of row-major voxels, which must live as long.
    init(_ voxels: UnsafeBufferPointer<Float>, _ size: VolumeSize) {
        precondition(voxels.count == size.voxelCount, "\(voxels.count) voxels for a volume of \(size)")
        self.voxels = voxels.baseAddress
        self.size = size
    }

    /// Fills `row` with the values at `start`, `start + step`, … (depth, height, width), each from its eight neighbours in
    /// proportion to their nearness.
    func linear(from start: SIMD3<Double>, step: SIMD3<Double>, into row: UnsafeMutableBufferPointer<Float>) {
        guard let voxels else { return }
        let (strideY, strideZ) = (size.width, size.width * size.height)
        let isInside = isInside(start, step, count: row.count, margin: 1)
        for index in row.indices {
            let place = start + Double(index) * step
            if isInside {
                // Nothing is negative here, so that cutting off rounds down.
                let (z, y, x) = (Int(place.x), Int(place.y), Int(place.z))
                let share = SIMD3<Float>(place - SIMD3(Double(z), Double(y), Double(x)))
                let near = voxels + (z * strideZ + y * strideY + x)
                func between(_ offset: Int) -> Float { near[offset] + (near[offset + 1] - near[offset]) * share.z }
                let top = between(0) + (between(strideY) - between(0)) * share.y
                let bottom = between(strideZ) + (between(strideZ + strideY) - between(strideZ)) * share.y
                row[index] = top + (bottom - top) * share.x
            } else {
                row[index] = linear(place)
            }
        }
    }

    /// As `linear(from:step:into:)`, with the value of the nearest voxel.
    func nearest(from start: SIMD3<Double>, step: SIMD3<Double>, into row: UnsafeMutableBufferPointer<Float>) {
        guard let voxels else { return }
        let isInside = isInside(start + 0.5, step, count: row.count, margin: 0)
        for index in row.indices {
            let place = start + 0.5 + Double(index) * step
            if isInside {
                row[index] = voxels[size.offset(Int(place.x), Int(place.y), Int(place.z))]
            } else {
                let near = place.rounded(.down)
                row[index] = at(Int(near.x), Int(near.y), Int(near.z))
            }
        }
    }

    /// True when all places of a row lie so that their voxels, and the next ones for a margin of 1, exist: both ends
    /// do, and by more than rounding.
    private func isInside(_ start: SIMD3<Double>, _ step: SIMD3<Double>, count: Int, margin: Int) -> Bool {
        let end = start + Double(max(count - 1, 0)) * step
        let least = pointwiseMin(start, end)
        let greatest = pointwiseMax(start, end)
        let limit = SIMD3(Double(size.depth - margin), Double(size.height - margin), Double(size.width - margin)) - 1e-6
        return least.min() >= 1e-6 && all(greatest .< limit)
    }

    private func linear(_ place: SIMD3<Double>) -> Float {
        let low = place.rounded(.down)
        let share = SIMD3<Float>(place - low)
        let (z, y, x) = (Int(low.x), Int(low.y), Int(low.z))
        func between(_ z: Int, _ y: Int) -> Float { at(z, y, x) + (at(z, y, x + 1) - at(z, y, x)) * share.z }
        let top = between(z, y) + (between(z, y + 1) - between(z, y)) * share.y
        let bottom = between(z + 1, y) + (between(z + 1, y + 1) - between(z + 1, y)) * share.y
        return top + (bottom - top) * share.x
    }

    private func at(_ z: Int, _ y: Int, _ x: Int) -> Float {
        guard let voxels, size.contains(z, y, x) else { return 0 }
        return voxels[size.offset(z, y, x)]
    }
}
