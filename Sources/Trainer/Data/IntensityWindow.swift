package import TrainingConfiguration

/// Maps intensities to the network's 0 … 1.
package struct IntensityWindow: Equatable, Sendable {
    private let lower: Float
    private let scale: Float

    /// The window of `width` HU (above 0) around `center`.
    package init(center: Double, width: Double) {
        lower = Float(center - width / 2)
        scale = Float(1 / width)
    }

    /// The window of a configuration in HU.
    package init(_ settings: PreprocessingSettings) {
        self.init(center: settings.windowCenter, width: settings.windowWidth)
    }

    /// The window of a configuration for a scan of these intensities, which are finite.
    package init(_ settings: PreprocessingSettings, for values: [Float]) {
        switch settings.window {
        case .hu: self.init(settings)
        case .percentile:
            let bounds = Self.percentiles(settings.percentiles, of: values)
            // A scan of one intensity becomes 0, whatever the width.
            let width = bounds[1] > bounds[0] ? bounds[1] - bounds[0] : 1
            self.init(center: bounds[0] + width / 2, width: width)
        }
    }

    /// The intensities below which lie so many per cent of the values, from a histogram of 65,536 equal bins between the
    /// least and the greatest: exact to a bin.
    private static func percentiles(_ percentiles: [Double], of values: [Float]) -> [Double] {
        guard let least = values.min(), let greatest = values.max(), greatest > least else {
            return percentiles.map { _ in Double(values.first ?? 0) }
        }
        let binCount = 65_536
        let scale = Float(binCount) / (greatest - least)
        var counts = [Int](repeating: 0, count: binCount)
        for value in values { counts[min(Int((value - least) * scale), binCount - 1)] += 1 }
        return percentiles.map { percentile in
            let wanted = percentile / 100 * Double(values.count)
            var sum = 0
            var bin = 0
            while bin < binCount - 1, Double(sum + counts[bin]) < wanted {
                sum += counts[bin]
                bin += 1
            }
            let share = counts[bin] == 0 ? 0 : min(max((wanted - Double(sum)) / Double(counts[bin]), 0), 1)
            return Double(least) + (Double(bin) + share) / Double(scale)
        }
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
