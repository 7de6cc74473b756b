internal import COneDNN

/// One convolution of a plan: what its forward and backward operations share.
struct ConvolutionLayer {
    let name: String
    let geometry: ConvolutionGeometry
    let input: Activation
    let output: Activation
    let weightSlot: ParameterStore.Slot
    /// Nil for a convolution without bias.
    let biasSlot: ParameterStore.Slot?
    /// The weight where the store keeps it.
    let plainWeight: Tensor
    /// oneDNN wants to see a forward description before it describes a backward operation.
    let hint: PrimitiveDescription

    /// Whether the forward pass runs as the input gradient of the mirrored convolution.
    ///
    /// A convolution of stride 1 is the input gradient of the convolution with its weight mirrored in space and its channels
    /// exchanged. For 8 outputs oneDNN's backward kernel on blocks of 8 channels is about 1.6 times as fast as its forward.
    static func runsMirrored(_ geometry: ConvolutionGeometry, bias: Bool, rectified: Bool) -> Bool {
        geometry.kernel == 3 && !bias && !rectified && geometry.output.channels == 8
            && geometry.input.channels % 8 == 0
    }

    /// Whether the weight gradient runs as that of the mirrored convolution: kernels compute 16 outputs at once, so that the
    /// side whose channels are a multiple of 16 should be the output.
    var mirrorsWeightGradient: Bool {
        geometry.kernel == 3 && biasSlot == nil && geometry.output.channels % 16 != 0
            && geometry.input.channels % 16 == 0
    }
}
