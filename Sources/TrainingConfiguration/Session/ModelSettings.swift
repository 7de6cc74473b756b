/// The network (`train.model`): a 3D U-Net with `depth` levels of encoder and decoder around a bottleneck.
package struct ModelSettings: Equatable, Sendable {
    package let inChannels: Int
    package let outChannels: Int
    /// Channels of the first level; each further level doubles them.
    package let initFeatures: Int
    /// The number of poolings, which is the number of levels above the bottleneck.
    package let depth: Int
    package let batchNorm: Bool
    /// Share of the channels dropped in training, from 0 to below 1.
    package let dropout: Double

    /// A patch's sides must be multiples of it: 2 to the number of poolings.
    package var sizeMultiple: Int { 1 << depth }

    init(_ section: ResolvedSection) {
        inChannels = section.integer("in_channels")
        outChannels = section.integer("out_channels")
        initFeatures = section.integer("init_features")
        depth = section.integer("depth")
        batchNorm = section.bool("batch_norm")
        dropout = section.number("dropout")
    }
}
