internal import COneDNN

extension PlanBuilder {
    /// Batch normalization over each channel, and perhaps a ReLU in the same pass; epsilon 1e-5.
    ///
    /// Reads `name.weight` and `name.bias`. Training normalizes by the batch and moves `name.running_mean` and
    /// `name.running_var` (of n - 1) by a tenth towards it; inference normalizes by them, in place.
    package func batchNormalization(_ name: String, _ input: Activation, rectified: Bool) throws(TensorEngineError)
        -> Activation
    {
        let scaleSlot = try parameters.slot("\(name).weight")
        let shiftSlot = try parameters.slot("\(name).bias")
        let meanSlot = try parameters.bufferSlot("\(name).running_mean")
        let varianceSlot = try parameters.bufferSlot("\(name).running_var")
        let channels = [input.shape.channels]
        let vector = try MemoryDescription(channels, dnnl_a, for: name)
        let scale = try parameter(scaleSlot, dimensions: channels, dnnl_a)
        let shift = try parameter(shiftSlot, dimensions: channels, dnnl_a)
        let runningMean = parameters.buffers.pointer + meanSlot.offset
        let runningVariance = parameters.buffers.pointer + varianceSlot.offset

        var flags = dnnl_use_scale.rawValue | dnnl_use_shift.rawValue
        if rectified { flags |= dnnl_fuse_norm_relu.rawValue }
        if mode == .inference { flags |= dnnl_use_global_stats.rawValue }
        var data = input.tensor.description.raw
        var operation = dnnl_batch_normalization_desc_t()
        let kind = mode == .training ? dnnl_forward_training : dnnl_forward_inference
        try check(
            dnnl_batch_normalization_forward_desc_init(&operation, kind, &data, Self.epsilon, UInt32(flags)),
            "describe",
            name)
        let description = try PrimitiveDescription("\(name) forward", operation: &operation, engine: engine)

        guard mode == .training else {
            let mean = try Tensor(vector, at: runningMean, engine: engine)
            let variance = try Tensor(vector, at: runningVariance, engine: engine)
            forward.append(
                try primitive(
                    "\(name) forward", description,
                    [
                        (DNNL_ARG_SRC, input.tensor), (DNNL_ARG_DST, input.tensor), (DNNL_ARG_MEAN, mean),
                        (DNNL_ARG_VARIANCE, variance), (DNNL_ARG_SCALE, scale), (DNNL_ARG_SHIFT, shift),
                    ]))
            return input
        }

        let mean = try tensor(vector)
        let variance = try tensor(vector)
        let output = try activation(input.shape, for: name)
        var bindings = [
            (DNNL_ARG_SRC, input.tensor), (DNNL_ARG_DST, output.tensor), (DNNL_ARG_MEAN, mean),
            (DNNL_ARG_VARIANCE, variance), (DNNL_ARG_SCALE, scale), (DNNL_ARG_SHIFT, shift),
        ]
        let workspace = try description.memory(dnnl_query_workspace_md).map { (layout) throws(TensorEngineError) in
            try self.tensor(layout)
        }
        if let workspace { bindings.append((DNNL_ARG_WORKSPACE, workspace)) }
        forward.append(try primitive("\(name) forward", description, bindings))
        let sampleCount = input.shape.batch * input.shape.voxelCount
        forward.append {
            Self.moveStatistics(runningMean, towards: mean.pointer, count: channels[0], scale: 1)
            Self.moveStatistics(
                runningVariance, towards: variance.pointer, count: channels[0],
                scale: Float(sampleCount) / Float(max(sampleCount - 1, 1)))
        }

        onBackward { (builder) throws(TensorEngineError) in
            guard let gradient = output.gradient else { return }
            var operation = dnnl_batch_normalization_desc_t()
            var data = input.tensor.description.raw
            try check(
                dnnl_batch_normalization_backward_desc_init(
                    &operation, dnnl_backward, &data, &data, Self.epsilon, UInt32(flags)), "describe", name)
            let backward = try PrimitiveDescription(
                "\(name) backward", operation: &operation, hint: description, engine: builder.engine)
            var bindings = [
                (DNNL_ARG_SRC, input.tensor), (DNNL_ARG_MEAN, mean), (DNNL_ARG_VARIANCE, variance),
                (DNNL_ARG_SCALE, scale), (DNNL_ARG_SHIFT, shift), (DNNL_ARG_DIFF_DST, gradient),
                (DNNL_ARG_DIFF_SRC, gradient),
                (DNNL_ARG_DIFF_SCALE, try builder.parameterGradient(scaleSlot, dimensions: channels, dnnl_a)),
                (DNNL_ARG_DIFF_SHIFT, try builder.parameterGradient(shiftSlot, dimensions: channels, dnnl_a)),
            ]
            if let workspace { bindings.append((DNNL_ARG_WORKSPACE, workspace)) }
            builder.appendBackward(try builder.primitive("\(name) backward", backward, bindings))
            input.gradient = gradient
        }
        return output
    }

    /// PyTorch's default.
    private static var epsilon: Float { 1e-5 }

    /// running = 0.9 running + 0.1 scale batch.
    private static func moveStatistics(
        _ running: UnsafeMutablePointer<Float>, towards batch: UnsafeMutablePointer<Float>, count: Int, scale: Float
    ) {
        for index in 0..<count {
            running[index] = 0.9 * running[index] + 0.1 * (scale * batch[index])
        }
    }
}
