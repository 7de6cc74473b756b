internal import COneDNN

extension PlanBuilder {
    /// Replaces the gradient of a ReLU's output by that of its input, in place: zero where the output is zero.
    func rectifierBackward(_ name: String, output: Activation, gradient: Tensor) throws(TensorEngineError) {
        var data = output.tensor.description.raw
        var forwardOperation = dnnl_eltwise_desc_t()
        try check(
            dnnl_eltwise_forward_desc_init(
                &forwardOperation, dnnl_forward_training, dnnl_eltwise_relu_use_dst_for_bwd, &data, 0, 0), "describe",
            name)
        let hint = try PrimitiveDescription(name, operation: &forwardOperation, engine: engine)
        var operation = dnnl_eltwise_desc_t()
        try check(
            dnnl_eltwise_backward_desc_init(&operation, dnnl_eltwise_relu_use_dst_for_bwd, &data, &data, 0, 0),
            "describe", name)
        let description = try PrimitiveDescription(name, operation: &operation, hint: hint, engine: engine)
        appendBackward(
            try primitive(
                name, description,
                [(DNNL_ARG_DST, output.tensor), (DNNL_ARG_DIFF_DST, gradient), (DNNL_ARG_DIFF_SRC, gradient)]))
    }

    /// Sets each element to zero with `probability` and scales the others by 1 / (1 - probability), in place; the mask is a
    /// function of `random`'s seed and step and of the element's place in memory. Nothing for inference.
    package func dropout(_ input: Activation, probability: Float, layer: Int, random: DropoutSource)
        throws(TensorEngineError)
    {
        guard mode == .training, probability > 0 else { return }
        let mask = try tensor(like: input)
        let count = input.tensor.description.count
        let (values, engine) = (input.tensor, engine)
        forward.append {
            engine.parallel((count + 3) / 4) { groups in
                random.apply(
                    to: values.pointer, mask: mask.pointer, count: count, groups: groups, probability: probability,
                    layer: layer)
            }
        }
        onBackward { (builder) throws(TensorEngineError) in
            guard let gradient = input.gradient else { return }
            builder.appendBackward {
                engine.parallel(count) { VectorMath.multiply(gradient.pointer, by: mask.pointer, $0) }
            }
        }
    }
}
