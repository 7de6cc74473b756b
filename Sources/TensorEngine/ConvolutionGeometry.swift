internal import COneDNN

/// The shapes of a convolution of stride 1 that keeps the size, and its oneDNN descriptions.
struct ConvolutionGeometry {
    let input: VolumeShape
    let output: VolumeShape
    let kernel: Int
    private let strides: [Int64] = [1, 1, 1]
    private let padding: [Int64]

    init(input: VolumeShape, outputs: Int, kernel: Int) {
        self.input = input
        output = input.with(channels: outputs)
        self.kernel = kernel
        padding = Array(repeating: Int64(kernel / 2), count: 3)
    }

    /// [outputs, inputs, kernel, kernel, kernel].
    var weightDimensions: [Int] { [output.channels, input.channels, kernel, kernel, kernel] }

    /// The elements of one kernel.
    var kernelVolume: Int { kernel * kernel * kernel }

    /// The convolution from the outputs to the inputs.
    var mirrored: ConvolutionGeometry {
        ConvolutionGeometry(input: output, outputs: input.channels, kernel: kernel)
    }

    func forward(
        _ name: String, _ tag: dnnl_format_tag_t, kind: dnnl_prop_kind_t, bias: Bool, rectified: Bool,
        engine: ComputeEngine
    ) throws(TensorEngineError) -> PrimitiveDescription {
        var (source, weights, biases, destination) = try descriptions(name, tag, bias: bias)
        var operation = dnnl_convolution_desc_t()
        try check(
            dnnl_convolution_forward_desc_init(
                &operation, kind, dnnl_convolution_direct, &source, &weights, &biases, &destination, strides, padding,
                padding), "describe", name)
        return try PrimitiveDescription(name, operation: &operation, fusingReLU: rectified, engine: engine)
    }

    func inputGradient(
        _ name: String, _ tag: dnnl_format_tag_t, hint: PrimitiveDescription, engine: ComputeEngine
    ) throws(TensorEngineError) -> PrimitiveDescription {
        var (source, weights, _, destination) = try descriptions(name, tag, bias: false)
        var operation = dnnl_convolution_desc_t()
        try check(
            dnnl_convolution_backward_data_desc_init(
                &operation, dnnl_convolution_direct, &source, &weights, &destination, strides, padding, padding),
            "describe", name)
        return try PrimitiveDescription(name, operation: &operation, hint: hint, engine: engine)
    }

    func weightGradient(
        _ name: String, _ tag: dnnl_format_tag_t, bias: Bool, hint: PrimitiveDescription, engine: ComputeEngine
    ) throws(TensorEngineError) -> PrimitiveDescription {
        var (source, weights, biases, destination) = try descriptions(name, tag, bias: bias)
        var operation = dnnl_convolution_desc_t()
        try check(
            dnnl_convolution_backward_weights_desc_init(
                &operation, dnnl_convolution_direct, &source, &weights, &biases, &destination, strides, padding,
                padding), "describe", name)
        return try PrimitiveDescription(name, operation: &operation, hint: hint, engine: engine)
    }

    private typealias Descriptions = (dnnl_memory_desc_t, dnnl_memory_desc_t, dnnl_memory_desc_t, dnnl_memory_desc_t)

    /// Source, weights, bias (an empty description for none) and destination.
    private func descriptions(_ name: String, _ tag: dnnl_format_tag_t, bias: Bool) throws(TensorEngineError)
        -> Descriptions
    {
        (
            try MemoryDescription(input.dimensions, tag, for: name).raw,
            try MemoryDescription(weightDimensions, dnnl_format_tag_any, for: name).raw,
            bias ? try MemoryDescription([output.channels], dnnl_a, for: name).raw : dnnl_memory_desc_t(),
            try MemoryDescription(output.dimensions, tag, for: name).raw
        )
    }
}
