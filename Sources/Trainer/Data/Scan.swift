/// One scan ready for the network, with what is known about it.
package struct Scan: Equatable, Sendable {
    /// Its name within the data set.
    package let name: String
    /// Intensities mapped to 0 … 1 by the window.
    package let volume: Volume
    /// The nodules; none in a scan without findings.
    package let nodules: [Nodule]
    /// What the network is to predict for each voxel, from 0 to 1: the heatmap or the mask.
    package let target: Volume

    /// `volume` and `target` must have the same size.
    package init(name: String, volume: Volume, nodules: [Nodule], target: Volume) {
        precondition(volume.size == target.size, "\(name): a target of \(target.size) for a volume of \(volume.size)")
        self.name = name
        self.volume = volume
        self.nodules = nodules
        self.target = target
    }
}
