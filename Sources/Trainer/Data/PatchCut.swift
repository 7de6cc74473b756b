package import Scans
package import TrainingConfiguration

/// A patch of a scan: where it lies and how it is turned. Flips and the exchange of height and width make the sixteen
/// symmetries that keep the depth axis; a rotation by a small angle may come on top.
package struct PatchCut: Equatable, Sendable {
    /// The first voxel: depth, height, width. Negative where the scan is smaller than the patch.
    package let origin: [Int]
    package let size: VolumeSize
    package let flipsDepth: Bool
    package let flipsHeight: Bool
    package let flipsWidth: Bool
    /// True when height and width change places, before the flips.
    package let transposes: Bool
    /// The rotation of the patch; nil: none.
    package let rotation: PatchRotation?

    /// A patch of `size` voxels from `origin` on.
    package init(
        origin: [Int], size: VolumeSize, flipsDepth: Bool = false, flipsHeight: Bool = false, flipsWidth: Bool = false,
        transposes: Bool = false, rotation: PatchRotation? = nil
    ) {
        precondition(origin.count == 3, "a place has three coordinates")
        self.origin = origin
        self.size = size
        self.flipsDepth = flipsDepth
        self.flipsHeight = flipsHeight
        self.flipsWidth = flipsWidth
        self.transposes = transposes
        self.rotation = rotation
    }

    /// The ways to find values between voxels for a rotated patch.
    package enum Interpolation: Sendable {
        /// From the eight neighbours in proportion to their nearness: for intensities and heatmaps.
        case linear
        /// The nearest voxel's: for masks and labels.
        case nearest
    }

    /// Copies the turned patch into `target` from `offset` on; voxels outside the volume become 0.
    package func copy(
        from volume: Volume, to target: inout [Float], at offset: Int, by interpolation: Interpolation = .linear
    ) {
        volume.values.withUnsafeBufferPointer { source in
            copy(from: source, of: volume.size, to: &target, at: offset, by: interpolation)
        }
    }

    /// As `copy(from:to:at:by:)`, from the voxels of a volume of `volumeSize`.
    package func copy(
        from source: UnsafeBufferPointer<Float>, of volumeSize: VolumeSize, to target: inout [Float], at offset: Int,
        by interpolation: Interpolation = .linear
    ) {
        precondition(target.count >= offset + size.voxelCount, "no room for the patch")
        precondition(source.count == volumeSize.voxelCount, "\(source.count) voxels for a volume of \(volumeSize)")
        target.withUnsafeMutableBufferPointer { target in
            let target = UnsafeMutableBufferPointer(rebasing: target[offset..<offset + size.voxelCount])
            if let rotation {
                rotate(rotation, source, volumeSize, target, interpolation)
            } else {
                turn(source, volumeSize, target)
            }
        }
    }

    private func turn(
        _ source: UnsafeBufferPointer<Float>, _ volumeSize: VolumeSize, _ target: UnsafeMutableBufferPointer<Float>
    ) {
        let isInside = zip(zip(origin, size.elements), volumeSize.elements).allSatisfy {
            $0.0 >= 0 && $0.0 + $0.1 <= $1
        }
        var next = 0
        for depth in 0..<size.depth {
            let z = origin[0] + (flipsDepth ? size.depth - 1 - depth : depth)
            for height in 0..<size.height {
                let start = place(height: height, width: 0)
                let step = size.width > 1 ? place(height: height, width: 1) : start
                let stride = (step.0 - start.0) * volumeSize.width + step.1 - start.1
                if isInside {
                    var from = volumeSize.offset(z, start.0, start.1)
                    for _ in 0..<size.width {
                        target[next] = source[from]
                        next += 1
                        from += stride
                    }
                } else {
                    for width in 0..<size.width {
                        let (y, x) = place(height: height, width: width)
                        target[next] = volumeSize.contains(z, y, x) ? source[volumeSize.offset(z, y, x)] : 0
                        next += 1
                    }
                }
            }
        }
    }

    private func rotate(
        _ rotation: PatchRotation, _ source: UnsafeBufferPointer<Float>, _ volumeSize: VolumeSize,
        _ target: UnsafeMutableBufferPointer<Float>, _ interpolation: Interpolation
    ) {
        let middle = SIMD3(
            Double(origin[0]) + Double(size.depth - 1) / 2, Double(origin[1]) + Double(size.height - 1) / 2,
            Double(origin[2]) + Double(size.width - 1) / 2)
        let sampler = VoxelSampler(source, volumeSize)
        func turned(_ z: Int, _ place: (Int, Int)) -> SIMD3<Double> {
            let from = SIMD3(Double(z), Double(place.0), Double(place.1)) - middle
            return middle
                + SIMD3(
                    (rotation.rows[0] * from).sum(), (rotation.rows[1] * from).sum(), (rotation.rows[2] * from).sum())
        }
        var next = 0
        for depth in 0..<size.depth {
            let z = origin[0] + (flipsDepth ? size.depth - 1 - depth : depth)
            for height in 0..<size.height {
                let start = turned(z, place(height: height, width: 0))
                let step = size.width > 1 ? turned(z, place(height: height, width: 1)) - start : .zero
                let row = UnsafeMutableBufferPointer(rebasing: target[next..<next + size.width])
                switch interpolation {
                case .linear: sampler.linear(from: start, step: step, into: row)
                case .nearest: sampler.nearest(from: start, step: step, into: row)
                }
                next += size.width
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
