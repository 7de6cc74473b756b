package import TrainingConfiguration

/// A volume of float32 values, row-major: depth, height, width.
package struct Volume: Equatable, Sendable {
    package let size: VolumeSize
    /// The values, as many as the size says.
    package var values: [Float]

    /// `values` must have as many elements as `size` says.
    package init(size: VolumeSize, values: [Float]) {
        precondition(values.count == size.voxelCount, "\(values.count) values for a volume of \(size)")
        self.size = size
        self.values = values
    }

    /// A volume of one value.
    package init(size: VolumeSize, filledWith value: Float = 0) {
        self.init(size: size, values: Array(repeating: value, count: size.voxelCount))
    }

    /// The value at a place, which must lie inside.
    package subscript(depth: Int, height: Int, width: Int) -> Float {
        get { values[size.offset(depth, height, width)] }
        set { values[size.offset(depth, height, width)] = newValue }
    }
}

extension VolumeSize {
    /// The offset of the voxel at a place, in row-major order.
    package func offset(_ depth: Int, _ height: Int, _ width: Int) -> Int {
        (depth * self.height + height) * self.width + width
    }
}
