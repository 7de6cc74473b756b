internal import COneDNN

extension PlanBuilder {
    /// A stride 1 convolution that keeps the size: kernel 3 with padding 1, or kernel 1.
    ///
    /// Reads `name.weight` ([outputs, inputs, kernel, kernel, kernel]) and, with `bias`, `name.bias`. With `rectified` the
    /// result goes through ReLU. `needsInputGradient` false leaves out the gradient of the input, as for the first layer.
    package func convolution(
        _ name: String, _ input: Activation, outputs: Int, kernel: Int, bias: Bool, rectified: Bool = false,
        needsInputGradient: Bool = true
    ) throws(TensorEngineError) -> Activation {
        let geometry = ConvolutionGeometry(input: input.shape, outputs: outputs, kernel: kernel)
        let weightSlot = try parameters.slot("\(name).weight")
        let forwardName = "\(name) forward"
        let kind = mode == .training ? dnnl_forward_training : dnnl_forward_inference
        let description = try fastest([dnnl_acdeb, dnnl_format_tag_any]) { (tag) throws(TensorEngineError) in
            try geometry.forward(forwardName, tag, kind: kind, bias: bias, rectified: rectified, engine: self.engine)
        }
        let layer = ConvolutionLayer(
            name: name, geometry: geometry, input: input, output: try activation(geometry.output, for: name),
            weightSlot: weightSlot, biasSlot: bias ? try parameters.slot("\(name).bias") : nil,
            plainWeight: try parameter(weightSlot, dimensions: geometry.weightDimensions, dnnl_abcde), hint: description
        )

        let mirrored = try mirroredDescription(layer, rectified: rectified)
        if let mirrored {
            try mirroredForward(layer, mirrored)
        } else {
            try directForward(layer, description)
        }

        onBackward { (builder) throws(TensorEngineError) in
            guard let gradient = layer.output.gradient else { return }
            if rectified { try builder.rectifierBackward("\(name) relu", output: layer.output, gradient: gradient) }
            if layer.mirrorsWeightGradient {
                try builder.mirroredWeightGradient(layer, gradient)
            } else {
                try builder.weightGradient(layer, gradient)
            }
            if needsInputGradient { try builder.inputGradient(layer, gradient) }
            builder.release(gradient)
        }
        return layer.output
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

    private func directForward(_ layer: ConvolutionLayer, _ description: PrimitiveDescription)
        throws(TensorEngineError)
    {
        let name = "\(layer.name) forward"
        let source = try converted(layer.input.tensor, to: description.required(dnnl_query_src_md, name), name) {
            self.forward.append($0)
        }
        let weight = try packed(
            layer.plainWeight, to: description.required(dnnl_query_weights_md, name), layer.name)
        let destination = try destination(for: layer.output.tensor, description.required(dnnl_query_dst_md, name))
        var bindings = [(DNNL_ARG_SRC, source), (DNNL_ARG_WEIGHTS, weight), (DNNL_ARG_DST, destination)]
        if let slot = layer.biasSlot {
            bindings.append((DNNL_ARG_BIAS, try parameter(slot, dimensions: [slot.count], dnnl_a)))
        }
        forward.append(try primitive(name, description, bindings))
        try deliver(destination, to: layer.output.tensor, name) { self.forward.append($0) }
        if source !== layer.input.tensor { release(source) }
    }

    // MARK: Mirrored forward

    /// The description of the mirrored convolution's input gradient, if this forward pass should run as that.
    private func mirroredDescription(_ layer: ConvolutionLayer, rectified: Bool) throws(TensorEngineError)
        -> PrimitiveDescription?
    {
        let geometry = layer.geometry
        guard ConvolutionLayer.runsMirrored(geometry, bias: layer.biasSlot != nil, rectified: rectified) else {
            return nil
        }
        let mirrored = geometry.mirrored
        let name = "\(layer.name) mirrored forward"
        do {
            let hint = try mirrored.forward(
                name, dnnl_aBcde8b, kind: dnnl_forward_training, bias: false, rectified: false, engine: engine)
            let description = try mirrored.inputGradient(name, dnnl_aBcde8b, hint: hint, engine: engine)
            return description.implementation.hasPrefix("jit:avx2") ? description : nil
        } catch {
            // No kernel for this layout on this machine: the direct one will do.
            return nil
        }
    }

    private func mirroredForward(_ layer: ConvolutionLayer, _ description: PrimitiveDescription)
        throws(TensorEngineError)
    {
        let name = "\(layer.name) mirrored forward"
        let source = try converted(layer.input.tensor, to: description.required(dnnl_query_diff_dst_md, name), name) {
            self.forward.append($0)
        }
        let plain = try Tensor(
            MemoryDescription(layer.geometry.mirrored.weightDimensions, dnnl_abcde, for: name),
            on: Storage(count: layer.weightSlot.count), engine: engine)
        let (outputs, inputs) = (layer.geometry.output.channels, layer.geometry.input.channels)
        let (volume, weights) = (layer.geometry.kernelVolume, layer.plainWeight.pointer)
        packing.append {
            MirroredWeight.mirror(weights, outputs: outputs, inputs: inputs, volume: volume, into: plain.pointer)
        }
        let weight = try packed(plain, to: description.required(dnnl_query_weights_md, name), name)
        let destination = try destination(for: layer.output.tensor, description.required(dnnl_query_diff_src_md, name))
        forward.append(
            try primitive(
                name, description,
                [(DNNL_ARG_DIFF_DST, source), (DNNL_ARG_WEIGHTS, weight), (DNNL_ARG_DIFF_SRC, destination)]))
        try deliver(destination, to: layer.output.tensor, name) { self.forward.append($0) }
        if source !== layer.input.tensor { release(source) }
    }
}
