/// Volumes made from a seed (`data`, type `phantom`).
package struct PhantomSettings: Equatable, Sendable {
    package let task: DataTask
    package let size: VolumeSize
    package let trainScanCount: Int
    package let validationScanCount: Int
    /// Fewest and most nodules of a scan that has any.
    package let nodulesPerScan: ClosedRange<Int>
    /// Share of the scans without nodules, from 0 to 1.
    package let emptyFraction: Double
    /// Smallest and largest nodule diameter in voxels.
    package let diameter: ClosedRange<Double>
    /// Standard deviation of the noise in HU.
    package let noise: Double
    /// Vessels in a scan.
    package let vesselCount: Int
    package let seed: UInt64

    /// Settings given directly.
    package init(
        task: DataTask = .detection, size: VolumeSize, trainScanCount: Int, validationScanCount: Int,
        nodulesPerScan: ClosedRange<Int> = 1...5, emptyFraction: Double = 0.25,
        diameter: ClosedRange<Double> = 4...10, noise: Double = 40, vesselCount: Int = 12, seed: UInt64 = 0
    ) {
        self.task = task
        self.size = size
        self.trainScanCount = trainScanCount
        self.validationScanCount = validationScanCount
        self.nodulesPerScan = nodulesPerScan
        self.emptyFraction = emptyFraction
        self.diameter = diameter
        self.noise = noise
        self.vesselCount = vesselCount
        self.seed = seed
    }

    init(_ section: ResolvedSection) {
        let nodules = section.integers("nodules_per_scan")
        let diameters = section.numbers("diameter")
        self.init(
            task: section.choice("task"), size: VolumeSize(section.integers("size")),
            trainScanCount: section.integer("train_scans"), validationScanCount: section.integer("val_scans"),
            nodulesPerScan: nodules[0]...nodules[1], emptyFraction: section.number("empty_fraction"),
            diameter: diameters[0]...diameters[1], noise: section.number("noise"),
            vesselCount: section.integer("vessels"), seed: UInt64(section.integer("seed")))
    }
}
