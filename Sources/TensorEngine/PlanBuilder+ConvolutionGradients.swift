internal import COneDNN

extension PlanBuilder {
    /// The gradients of weight and bias, into the flat gradients of the pass.
    func weightGradient(_ layer: ConvolutionLayer, _ gradient: Tensor) throws(TensorEngineError) {
        let name = "\(layer.name) weight gradient"
        let description = try fastest([dnnl_acdeb, dnnl_format_tag_any]) { (tag) throws(TensorEngineError) in
            try layer.geometry.weightGradient(
                name, tag, bias: layer.biasSlot != nil, hint: layer.hint, engine: self.engine)
        }
        let source = try converted(layer.input.tensor, to: description.required(dnnl_query_src_md, name), name) {
            self.appendBackward($0)
        }
        let outputGradient = try converted(gradient, to: description.required(dnnl_query_diff_dst_md, name), name) {
            self.appendBackward($0)
        }
        let plain = try parameterGradient(layer.weightSlot, dimensions: layer.geometry.weightDimensions, dnnl_abcde)
        let result = try destination(for: plain, description.required(dnnl_query_diff_weights_md, name))
        var bindings = [
            (DNNL_ARG_SRC, source), (DNNL_ARG_DIFF_DST, outputGradient), (DNNL_ARG_DIFF_WEIGHTS, result),
        ]
        if let slot = layer.biasSlot {
            bindings.append((DNNL_ARG_DIFF_BIAS, try parameterGradient(slot, dimensions: [slot.count], dnnl_a)))
        }
        appendBackward(try primitive(name, description, bindings))
        try deliver(result, to: plain, name) { self.appendBackward($0) }
        if source !== layer.input.tensor { release(source) }
        if outputGradient !== gradient { release(outputGradient) }
    }

    /// The same gradient of the weight as that of the mirrored convolution, which reads the output gradient and whose output
    /// gradient is the input.
    func mirroredWeightGradient(_ layer: ConvolutionLayer, _ gradient: Tensor) throws(TensorEngineError) {
        let name = "\(layer.name) mirrored weight gradient"
        let mirrored = layer.geometry.mirrored
        let description = try fastest([dnnl_acdeb, dnnl_format_tag_any]) { (tag) throws(TensorEngineError) in
            let hint = try mirrored.forward(
                name, tag, kind: dnnl_forward_training, bias: false, rectified: false, engine: self.engine)
            return try mirrored.weightGradient(name, tag, bias: false, hint: hint, engine: self.engine)
        }
        let source = try converted(gradient, to: description.required(dnnl_query_src_md, name), name) {
            self.appendBackward($0)
        }
        let outputGradient = try converted(
            layer.input.tensor, to: description.required(dnnl_query_diff_dst_md, name), name
        ) { self.appendBackward($0) }
        let plain = try tensor(MemoryDescription(mirrored.weightDimensions, dnnl_abcde, for: name))
        let result = try destination(for: plain, description.required(dnnl_query_diff_weights_md, name))
        appendBackward(
            try primitive(
                name, description,
                [(DNNL_ARG_SRC, source), (DNNL_ARG_DIFF_DST, outputGradient), (DNNL_ARG_DIFF_WEIGHTS, result)]))
        try deliver(result, to: plain, name) { self.appendBackward($0) }
        let target = parameters.passGradients.pointer + layer.weightSlot.offset
        let (outputs, inputs) = (mirrored.output.channels, mirrored.input.channels)
        let volume = layer.geometry.kernelVolume
        appendBackward {
            MirroredWeight.mirror(plain.pointer, outputs: outputs, inputs: inputs, volume: volume, into: target)
        }
        release(plain)
        if source !== gradient { release(source) }
        if outputGradient !== layer.input.tensor { release(outputGradient) }
    }

    /// Adds the gradient of the input.
    func inputGradient(_ layer: ConvolutionLayer, _ gradient: Tensor) throws(TensorEngineError) {
        let name = "\(layer.name) input gradient"
        let geometry = layer.geometry
        // With 8 channels on both sides channels-last is the same memory as blocks of 8, whose kernels waste no lane.
        let isNarrow = geometry.input.channels == 8 && geometry.output.channels == 8
        let layouts = (isNarrow ? [dnnl_aBcde8b] : []) + [dnnl_acdeb, dnnl_format_tag_any]
        let description = try fastest(layouts) { (tag) throws(TensorEngineError) in
            let hint =
                tag == dnnl_aBcde8b
                ? try geometry.forward(
                    name, tag, kind: dnnl_forward_training, bias: false, rectified: false, engine: self.engine)
                : layer.hint
            return try geometry.inputGradient(name, tag, hint: hint, engine: self.engine)
        }
        let outputGradient = try converted(gradient, to: description.required(dnnl_query_diff_dst_md, name), name) {
            self.appendBackward($0)
        }
        let weight = try packed(layer.plainWeight, to: description.required(dnnl_query_weights_md, name), name)
        let wanted = try description.required(dnnl_query_diff_src_md, name)
        try addGradient(to: layer.input, layer.name) { (target) throws(TensorEngineError) in
            let result = try self.destination(for: target, wanted)
            self.appendBackward(
                try self.primitive(
                    name, description,
                    [(DNNL_ARG_DIFF_DST, outputGradient), (DNNL_ARG_WEIGHTS, weight), (DNNL_ARG_DIFF_SRC, result)]))
            try self.deliver(result, to: target, name) { self.appendBackward($0) }
        }
        if outputGradient !== gradient { release(outputGradient) }
    }
}
