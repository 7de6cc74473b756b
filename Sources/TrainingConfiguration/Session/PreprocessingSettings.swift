/// The steps that turn a scan into the network's input (`preprocessing`).
package struct PreprocessingSettings: Equatable, Sendable {
    /// The intensities that map to 0 and 1: fixed ones, or percentiles of each scan.
    package enum Window: String, Sendable { case hu, percentile }

    /// Millimetres between voxels after resampling: depth, height, width.
    package let targetSpacing: [Double]
    package let window: Window
    /// The percentiles of a scan's voxels that become 0 and 1 (percentile).
    package let percentiles: [Double]
    /// Middle of the intensity window in HU (hu).
    package let windowCenter: Double
    /// Width of the intensity window in HU (hu); its ends become 0 and 1.
    package let windowWidth: Double

    init(_ section: ResolvedSection) {
        targetSpacing = section.numbers("target_spacing")
        window = section.choice("window")
        percentiles = section.numbers("percentiles")
        windowCenter = section.number("window_center")
        windowWidth = section.number("window_width")
    }
}
