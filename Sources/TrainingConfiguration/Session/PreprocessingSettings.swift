/// How a scan becomes the network's input (`preprocessing`).
package struct PreprocessingSettings: Equatable, Sendable {
    /// Millimetres between voxels after resampling: depth, height, width.
    package let targetSpacing: [Double]
    /// Middle of the intensity window in HU.
    package let windowCenter: Double
    /// Width of the intensity window in HU; its ends become 0 and 1.
    package let windowWidth: Double

    init(_ section: ResolvedSection) {
        targetSpacing = section.numbers("target_spacing")
        windowCenter = section.number("window_center")
        windowWidth = section.number("window_width")
    }
}
