internal import COneDNN

/// The shapes of a transposed convolution of kernel 2 and stride 2, which doubles the size, and its oneDNN descriptions.
struct TransposedConvolutionGeometry {
    let input: VolumeShape
    let output: VolumeShape
    /// In oneDNN's order: [outputs, inputs, 2, 2, 2].
    let weightDimensions: [Int]
    private let strides: [Int64] = [2, 2, 2]
    private let padding: [Int64] = [0, 0, 0]

    init(input: VolumeShape, outputs: Int) {
        self.input = input
        output = input.doubled.with(channels: outputs)
        weightDimensions = [outputs, input.channels, 2, 2, 2]
    }

    func forward(_ name: String, _ tag: dnnl_format_tag_t, kind: dnnl_prop_kind_t, engine: ComputeEngine)
        throws(TensorEngineError) -> PrimitiveDescription
    {
        var (source, weights, bias, destination) = try descriptions(name, tag)
        var operation = dnnl_deconvolution_desc_t()
        try check(
            dnnl_deconvolution_forward_desc_init(
                &operation, kind, dnnl_deconvolution_direct, &source, &weights, &bias, &destination, strides, padding,
                padding), "describe", name)
        return try PrimitiveDescription(name, operation: &operation, engine: engine)
    }

    func inputGradient(
        _ name: String, _ tag: dnnl_format_tag_t, hint: PrimitiveDescription, engine: ComputeEngine
    ) throws(TensorEngineError) -> PrimitiveDescription {
        var (source, weights, _, destination) = try descriptions(name, tag)
        var operation = dnnl_deconvolution_desc_t()
        try check(
            dnnl_deconvolution_backward_data_desc_init(
                &operation, dnnl_deconvolution_direct, &source, &weights, &destination, strides, padding, padding),
            "describe", name)
        return try PrimitiveDescription(name, operation: &operation, hint: hint, engine: engine)
    }

    func weightGradient(
        _ name: String, _ tag: dnnl_format_tag_t, hint: PrimitiveDescription, engine: ComputeEngine
    ) throws(TensorEngineError) -> PrimitiveDescription {
        var (source, weights, bias, destination) = try descriptions(name, tag)
        var operation = dnnl_deconvolution_desc_t()
        try check(
            dnnl_deconvolution_backward_weights_desc_init(
                &operation, dnnl_deconvolution_direct, &source, &weights, &bias, &destination, strides, padding,
                padding), "describe", name)
        return try PrimitiveDescription(name, operation: &operation, hint: hint, engine: engine)
    }

    private typealias Descriptions = (dnnl_memory_desc_t, dnnl_memory_desc_t, dnnl_memory_desc_t, dnnl_memory_desc_t)

    private func descriptions(_ name: String, _ tag: dnnl_format_tag_t) throws(TensorEngineError) -> Descriptions {
        (
            try MemoryDescription(input.dimensions, tag, for: name).raw,
            try MemoryDescription(weightDimensions, dnnl_format_tag_any, for: name).raw,
            try MemoryDescription([output.channels], dnnl_a, for: name).raw,
            try MemoryDescription(output.dimensions, tag, for: name).raw
        )
    }
}
