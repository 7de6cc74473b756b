internal import COneDNN

extension PlanBuilder {
    /// A transposed convolution of kernel 2 and stride 2 with bias: twice the size in each direction.
    ///
    /// Reads `name.weight` ([inputs, outputs, 2, 2, 2], PyTorch's order) and `name.bias`.
    func transposedConvolution(_ name: String, _ input: Activation, outputs: Int) throws(TensorEngineError)
        -> Activation
    {
        let geometry = TransposedConvolutionGeometry(input: input.shape, outputs: outputs)
        let weightSlot = try parameters.slot("\(name).weight")
        let biasSlot = try parameters.slot("\(name).bias")
        let plainWeight = try parameter(weightSlot, dimensions: geometry.weightDimensions, dnnl_bacde)

        let kind = mode == .training ? dnnl_forward_training : dnnl_forward_inference
        let forwardName = "\(name) forward"
        let description = try fastest([dnnl_acdeb, dnnl_format_tag_any]) { (tag) throws(TensorEngineError) in
            try geometry.forward(forwardName, tag, kind: kind, engine: self.engine)
        }
        let source = try converted(input.tensor, to: description.required(dnnl_query_src_md, name), "\(name) source") {
            self.forward.append($0)
        }
        let weight = try packed(plainWeight, to: description.required(dnnl_query_weights_md, name), name)
        let output = try activation(geometry.output, for: name)
        let destination = try destination(for: output.tensor, description.required(dnnl_query_dst_md, name))
        forward.append(
            try primitive(
                forwardName, description,
                [
                    (DNNL_ARG_SRC, source), (DNNL_ARG_WEIGHTS, weight), (DNNL_ARG_DST, destination),
                    (DNNL_ARG_BIAS, try parameter(biasSlot, dimensions: [outputs], dnnl_a)),
                ]))
        try deliver(destination, to: output.tensor, forwardName) { self.forward.append($0) }
        if source !== input.tensor { release(source) }

        onBackward { (builder) throws(TensorEngineError) in
            guard let gradient = output.gradient else { return }
            try builder.transposedWeightGradient(name, geometry, input, gradient, description, weightSlot, biasSlot)
            try builder.transposedInputGradient(name, geometry, input, gradient, description, plainWeight, weight)
            builder.release(gradient)
        }
        return output
    }

    private func transposedWeightGradient(
        _ name: String, _ geometry: TransposedConvolutionGeometry, _ input: Activation, _ gradient: Tensor,
        _ hint: PrimitiveDescription, _ weightSlot: ParameterStore.Slot, _ biasSlot: ParameterStore.Slot
    ) throws(TensorEngineError) {
        let passName = "\(name) weight gradient"
        let description = try fastest([dnnl_acdeb, dnnl_format_tag_any]) { (tag) throws(TensorEngineError) in
            try geometry.weightGradient(passName, tag, hint: hint, engine: self.engine)
        }
        let source = try converted(input.tensor, to: description.required(dnnl_query_src_md, name), passName) {
            self.appendBackward($0)
        }
        let outputGradient = try converted(
            gradient, to: description.required(dnnl_query_diff_dst_md, name), passName
        ) { self.appendBackward($0) }
        let plain = try parameterGradient(weightSlot, dimensions: geometry.weightDimensions, dnnl_bacde)
        let weightGradient = try destination(for: plain, description.required(dnnl_query_diff_weights_md, name))
        let biasGradient = try parameterGradient(biasSlot, dimensions: [geometry.output.channels], dnnl_a)
        appendBackward(
            try primitive(
                passName, description,
                [
                    (DNNL_ARG_SRC, source), (DNNL_ARG_DIFF_DST, outputGradient),
                    (DNNL_ARG_DIFF_WEIGHTS, weightGradient), (DNNL_ARG_DIFF_BIAS, biasGradient),
                ]))
        try deliver(weightGradient, to: plain, passName) { self.appendBackward($0) }
        if source !== input.tensor { release(source) }
        if outputGradient !== gradient { release(outputGradient) }
    }

    private func transposedInputGradient(
        _ name: String, _ geometry: TransposedConvolutionGeometry, _ input: Activation, _ gradient: Tensor,
        _ hint: PrimitiveDescription, _ plainWeight: Tensor, _ forwardWeight: Tensor
    ) throws(TensorEngineError) {
        let passName = "\(name) input gradient"
        let description = try fastest([dnnl_acdeb, dnnl_format_tag_any]) { (tag) throws(TensorEngineError) in
            try geometry.inputGradient(passName, tag, hint: hint, engine: self.engine)
        }
        let outputGradient = try converted(
            gradient, to: description.required(dnnl_query_diff_dst_md, name), passName
        ) { self.appendBackward($0) }
        let wantedWeight = try description.required(dnnl_query_weights_md, name)
        let weight =
            wantedWeight == forwardWeight.description
            ? forwardWeight : try packed(plainWeight, to: wantedWeight, passName)
        let wanted = try description.required(dnnl_query_diff_src_md, name)
        try addGradient(to: input, name) { (target) throws(TensorEngineError) in
            let result = try self.destination(for: target, wanted)
            self.appendBackward(
                try self.primitive(
                    passName, description,
                    [(DNNL_ARG_DIFF_DST, outputGradient), (DNNL_ARG_WEIGHTS, weight), (DNNL_ARG_DIFF_SRC, result)]))
            try self.deliver(result, to: target, passName) { self.appendBackward($0) }
        }
        if outputGradient !== gradient { release(outputGradient) }
    }
}
