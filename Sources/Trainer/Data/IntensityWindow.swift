package import TrainingConfiguration

/// Maps intensities in HU to the network's 0 … 1.
package struct IntensityWindow: Equatable, Sendable {
    private let lower: Float
    private let scale: Float

    /// The window of `width` HU (above 0) around `center`.
    package init(center: Double, width: Double) {
        lower = Float(center - width / 2)
        scale = Float(1 / width)
    }

    /// The window of a configuration.
    package init(_ settings: PreprocessingSettings) {
        self.init(center: settings.windowCenter, width: settings.windowWidth)
    }

    /// Maps every value: 0 at and below the window's lower end, 1 at and above its upper end.
    package func apply(to values: inout [Float]) {
        values.withUnsafeMutableBufferPointer { values in
            for index in values.indices {
                values[index] = min(max((values[index] - lower) * scale, 0), 1)
            }
        }
    }
}
