package import Scans
package import TrainingConfiguration

/// One scan ready for the network, with what is known about it.
package struct Scan: Equatable, Sendable, PatchSource {
    /// Its name within the data set.
    package let name: String
    /// Intensities mapped to 0 … 1 by the window.
    package let volume: Volume
    /// The nodules; none in a scan without findings.
    package let nodules: [Nodule]
    /// The volume that the network is to predict: the heatmap or the mask from 0 to 1, or a label of several classes.
    package let target: Volume
    /// Voxels of each label that occurs, to cut patches around; empty where nodules serve that.
    package let anchors: [[UInt32]]
    /// True when a slice is to be shown with its last row on top.
    package let isUpsideDown: Bool
    /// Sentences about its files that their user should read, each with the file's name.
    package let warnings: [String]

    /// `volume` and `target` must have the same size.
    package init(
        name: String, volume: Volume, nodules: [Nodule], target: Volume, anchors: [[UInt32]] = [],
        isUpsideDown: Bool = false, warnings: [String] = []
    ) {
        precondition(volume.size == target.size, "\(name): a target of \(target.size) for a volume of \(volume.size)")
        self.name = name
        self.volume = volume
        self.nodules = nodules
        self.target = target
        self.anchors = anchors
        self.isUpsideDown = isUpsideDown
        self.warnings = warnings
    }

    package var size: VolumeSize { volume.size }

    package func withVoxels(
        _ body: (_ volume: UnsafeBufferPointer<Float>, _ target: UnsafeBufferPointer<Float>) -> Void
    ) {
        volume.values.withUnsafeBufferPointer { volume in
            target.values.withUnsafeBufferPointer { body(volume, $0) }
        }
    }
}
