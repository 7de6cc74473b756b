internal import COneDNN

extension PlanBuilder {
    /// A stride 1 convolution that keeps the size: kernel 3 with padding 1, or kernel 1.
    ///
    /// Reads `name.weight` ([outputs, inputs, kernel, kernel, kernel]) and, with `bias`, `name.bias`. With `rectified` the
    /// result goes through ReLU. `needsInputGradient` false leaves out the gradient of the input, as for the first layer.
    func convolution(
        _ name: String, _ input: Activation, outputs: Int, kernel: Int, bias: Bool, rectified: Bool = false,
        needsInputGradient: Bool = true
    ) throws(TensorEngineError) -> Activation {
        let geometry = ConvolutionGeometry(input: input.shape, outputs: outputs, kernel: kernel)
        let weightSlot = try parameters.slot("\(name).weight")
        let plainWeight = try parameter(weightSlot, dimensions: geometry.weightDimensions, dnnl_abcde)
        let biasSlot = bias ? try parameters.slot("\(name).bias") : nil

        let kind = mode == .training ? dnnl_forward_training : dnnl_forward_inference
        let forwardName = "\(name) forward"
        let description = try fastest(forwardName) { (tag) throws(TensorEngineError) in
            try geometry.forward(forwardName, tag, kind: kind, bias: bias, rectified: rectified, engine: self.engine)
        }
        let source = try converted(input.tensor, to: description.required(dnnl_query_src_md, name), "\(name) source") {
            self.forward.append($0)
        }
        let weight = try packed(plainWeight, to: description.required(dnnl_query_weights_md, name), name)
        let output = try activation(geometry.output, for: name)
        let wanted = try description.required(dnnl_query_dst_md, name)
        let destination = wanted == output.tensor.description ? output.tensor : try tensor(wanted)
        var bindings = [(DNNL_ARG_SRC, source), (DNNL_ARG_WEIGHTS, weight), (DNNL_ARG_DST, destination)]
        if let biasSlot {
            bindings.append((DNNL_ARG_BIAS, try parameter(biasSlot, dimensions: [outputs], dnnl_a)))
        }
        forward.append(try primitive(forwardName, description, bindings))
        if destination !== output.tensor {
            forward.append(try reorder("\(name) result", destination, to: output.tensor))
            release(destination)
        }
        if source !== input.tensor { release(source) }

        onBackward { (builder) throws(TensorEngineError) in
            guard let gradient = output.gradient else { return }
            if rectified { try builder.rectifierBackward("\(name) relu", output: output, gradient: gradient) }
            try builder.convolutionWeightGradient(name, geometry, input, gradient, description, weightSlot, biasSlot)
            if needsInputGradient {
                try builder.convolutionInputGradient(name, geometry, input, gradient, description, plainWeight, weight)
            }
            builder.release(gradient)
        }
        return output
    }

    /// A copy of a weight in the layout a primitive wants, refreshed by the packing program; the weight itself when it fits.
    ///
    /// Its memory is its own: packing runs when weights change, not with every pass.
    func packed(_ plain: Tensor, to wanted: MemoryDescription, _ name: String) throws(TensorEngineError) -> Tensor {
        if plain.description == wanted { return plain }
        let target = try Tensor(wanted, on: Storage(count: wanted.count), engine: engine)
        packing.append(try reorder("\(name) packing", plain, to: target))
        return target
    }

    private func convolutionWeightGradient(
        _ name: String, _ geometry: ConvolutionGeometry, _ input: Activation, _ gradient: Tensor,
        _ hint: PrimitiveDescription, _ weightSlot: ParameterStore.Slot, _ biasSlot: ParameterStore.Slot?
    ) throws(TensorEngineError) {
        let passName = "\(name) weight gradient"
        let description = try fastest(passName) { (tag) throws(TensorEngineError) in
            try geometry.weightGradient(passName, tag, bias: biasSlot != nil, hint: hint, engine: self.engine)
        }
        let source = try converted(input.tensor, to: description.required(dnnl_query_src_md, name), passName) {
            self.appendBackward($0)
        }
        let outputGradient = try converted(
            gradient, to: description.required(dnnl_query_diff_dst_md, name), passName
        ) { self.appendBackward($0) }
        let plain = try parameterGradient(weightSlot, dimensions: geometry.weightDimensions, dnnl_abcde)
        let wanted = try description.required(dnnl_query_diff_weights_md, name)
        let weightGradient = wanted == plain.description ? plain : try tensor(wanted)
        var bindings = [
            (DNNL_ARG_SRC, source), (DNNL_ARG_DIFF_DST, outputGradient), (DNNL_ARG_DIFF_WEIGHTS, weightGradient),
        ]
        if let biasSlot {
            let tensor = try parameterGradient(biasSlot, dimensions: [geometry.output.channels], dnnl_a)
            bindings.append((DNNL_ARG_DIFF_BIAS, tensor))
        }
        appendBackward(try primitive(passName, description, bindings))
        if weightGradient !== plain {
            appendBackward(try reorder("\(name) weight gradient unpacking", weightGradient, to: plain))
            release(weightGradient)
        }
        if source !== input.tensor { release(source) }
        if outputGradient !== gradient { release(outputGradient) }
    }

    private func convolutionInputGradient(
        _ name: String, _ geometry: ConvolutionGeometry, _ input: Activation, _ gradient: Tensor,
        _ hint: PrimitiveDescription, _ plainWeight: Tensor, _ forwardWeight: Tensor
    ) throws(TensorEngineError) {
        let passName = "\(name) input gradient"
        let description = try fastest(passName) { (tag) throws(TensorEngineError) in
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
            let result = wanted == target.description ? target : try self.tensor(wanted)
            self.appendBackward(
                try self.primitive(
                    passName, description,
                    [(DNNL_ARG_DIFF_DST, outputGradient), (DNNL_ARG_WEIGHTS, weight), (DNNL_ARG_DIFF_SRC, result)]))
            if result !== target {
                self.appendBackward(try self.reorder(passName, result, to: target))
                self.release(result)
            }
        }
        if outputGradient !== gradient { release(outputGradient) }
    }
}
