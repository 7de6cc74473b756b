internal import COneDNN

extension PlanBuilder {
    /// Max pooling of kernel and stride 2; the sizes of `input` must be even.
    package func maxPool(_ name: String, _ input: Activation) throws(TensorEngineError) -> Activation {
        let output = try activation(input.shape.halved, for: name)
        var source = input.tensor.description.raw
        var destination = output.tensor.description.raw
        let kernel: [Int64] = [2, 2, 2]
        let zeros: [Int64] = [0, 0, 0]
        let kind = mode == .training ? dnnl_forward_training : dnnl_forward_inference
        var operation = dnnl_pooling_v2_desc_t()
        try check(
            dnnl_pooling_v2_forward_desc_init(
                &operation, kind, dnnl_pooling_max, &source, &destination, kernel, kernel, zeros, zeros, zeros),
            "describe", name)
        let description = try PrimitiveDescription("\(name) forward", operation: &operation, engine: engine)
        var bindings = [(DNNL_ARG_SRC, input.tensor), (DNNL_ARG_DST, output.tensor)]
        let workspace = try description.memory(dnnl_query_workspace_md).map { (layout) throws(TensorEngineError) in
            try self.tensor(layout)
        }
        if let workspace { bindings.append((DNNL_ARG_WORKSPACE, workspace)) }
        forward.append(try primitive("\(name) forward", description, bindings))

        onBackward { (builder) throws(TensorEngineError) in
            guard let gradient = output.gradient else { return }
            var source = source
            var destination = destination
            var operation = dnnl_pooling_v2_desc_t()
            try check(
                dnnl_pooling_v2_backward_desc_init(
                    &operation, dnnl_pooling_max, &source, &destination, kernel, kernel, zeros, zeros, zeros),
                "describe", name)
            let backward = try PrimitiveDescription(
                "\(name) backward", operation: &operation, hint: description, engine: builder.engine)
            try builder.addGradient(to: input, name) { (target) throws(TensorEngineError) in
                var bindings = [(DNNL_ARG_DIFF_DST, gradient), (DNNL_ARG_DIFF_SRC, target)]
                if let workspace { bindings.append((DNNL_ARG_WORKSPACE, workspace)) }
                builder.appendBackward(try builder.primitive("\(name) backward", backward, bindings))
            }
            builder.release(gradient)
        }
        return output
    }
}
