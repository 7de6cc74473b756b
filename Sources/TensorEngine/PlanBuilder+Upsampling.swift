internal import COneDNN

extension PlanBuilder {
    /// A transposed convolution of kernel 2 and stride 2 with bias, twice the size in each direction; with `skip`, of that
    /// size, its channels come first and the result's after them.
    ///
    /// Reads `name.weight` ([inputs, outputs, 2, 2, 2], PyTorch's order) and `name.bias`.
    package func upsample(_ name: String, _ input: Activation, outputs: Int, joining skip: Activation? = nil)
        throws(TensorEngineError) -> Activation
    {
        let geometry = UpsamplingGeometry(input: input.shape, outputs: outputs)
        let weightSlot = try parameters.slot("\(name).weight")
        let biasSlot = try parameters.slot("\(name).bias")
        let skipChannels = skip?.shape.channels ?? 0
        let channels = skipChannels + outputs
        let output = try activation(input.shape.doubled.with(channels: channels), for: name)
        let arranged = try Tensor(
            MemoryDescription([input.shape.channels, geometry.columnCount], dnnl_ab, for: name),
            on: Storage(count: weightSlot.count), engine: engine)
        let weights = parameters.values.pointer + weightSlot.offset
        packing.append { geometry.arrange(weights, into: arranged.pointer) }

        let inputRows = try rows(of: input, name)
        let blocks = try tensor(MemoryDescription([geometry.rowCount, geometry.columnCount], dnnl_ab, for: name))
        try appendProduct("\(name) forward", inputRows, arranged, isWeight: true, into: blocks) {
            self.forward.append($0)
        }
        let bias = parameters.values.pointer + biasSlot.offset
        let (target, engine) = (output.tensor.pointer, engine)
        let source = skip?.tensor.pointer
        forward.append {
            engine.parallel(geometry.lineCount) { lines in
                geometry.scatter(
                    blocks.pointer, bias: bias, to: target, channels: channels, offset: skipChannels, lines: lines)
            }
            guard let source else { return }
            engine.parallel(8 * geometry.rowCount) { rows in
                ChannelRows.copyRows(
                    source, stride: skipChannels, to: target, stride: channels, count: skipChannels, rows: rows)
            }
        }
        release(blocks)

        onBackward { (builder) throws(TensorEngineError) in
            guard let gradient = output.gradient else { return }
            let blocks = try builder.tensor(blocks.description)
            builder.appendBackward {
                engine.parallel(geometry.lineCount) { lines in
                    geometry.gather(
                        gradient.pointer, channels: channels, offset: skipChannels, into: blocks.pointer, lines: lines)
                }
            }
            if let skip {
                try builder.addGradient(to: skip, name) { (target) throws(TensorEngineError) in
                    builder.appendBackward {
                        engine.parallel(8 * geometry.rowCount) { rows in
                            ChannelRows.copyRows(
                                gradient.pointer, stride: channels, to: target.pointer, stride: skipChannels,
                                count: skipChannels, rows: rows)
                        }
                    }
                }
            }
            builder.release(gradient)
            try builder.upsampleWeightGradient(name, geometry, input, blocks, weightSlot, biasSlot)
            try builder.upsampleInputGradient(name, geometry, input, blocks, arranged)
            builder.release(blocks)
        }
        return output
    }

    private func upsampleWeightGradient(
        _ name: String, _ geometry: UpsamplingGeometry, _ input: Activation, _ blocks: Tensor,
        _ weightSlot: ParameterStore.Slot, _ biasSlot: ParameterStore.Slot
    ) throws(TensorEngineError) {
        let transposed = try Tensor(
            MemoryDescription([input.shape.channels, geometry.rowCount], dnnl_ba, for: name), at: input.tensor.pointer,
            engine: engine)
        let result = try tensor(
            MemoryDescription([input.shape.channels, geometry.columnCount], dnnl_ab, for: name))
        try appendProduct("\(name) weight gradient", transposed, blocks, isWeight: false, into: result) {
            self.appendBackward($0)
        }
        let weightGradient = parameters.passGradients.pointer + weightSlot.offset
        let biasGradient = parameters.passGradients.pointer + biasSlot.offset
        let sums = Storage(count: geometry.columnCount)
        appendBackward {
            geometry.restore(result.pointer, into: weightGradient)
            ChannelRows.sumRows(blocks.pointer, count: geometry.columnCount, rowCount: geometry.rowCount, into: sums)
            for output in 0..<geometry.outputs {
                var sum: Float = 0
                for place in 0..<8 { sum += sums.pointer[place * geometry.outputs + output] }
                biasGradient[output] = sum
            }
        }
        release(result)
    }

    private func upsampleInputGradient(
        _ name: String, _ geometry: UpsamplingGeometry, _ input: Activation, _ blocks: Tensor, _ arranged: Tensor
    ) throws(TensorEngineError) {
        let transposed = try Tensor(
            MemoryDescription([geometry.columnCount, input.shape.channels], dnnl_ba, for: name), at: arranged.pointer,
            engine: engine)
        try addGradient(to: input, name) { (target) throws(TensorEngineError) in
            let rows = try Tensor(
                MemoryDescription([geometry.rowCount, input.shape.channels], dnnl_ab, for: name), at: target.pointer,
                engine: self.engine)
            try self.appendProduct("\(name) input gradient", blocks, transposed, isWeight: true, into: rows) {
                self.appendBackward($0)
            }
        }
    }

    /// An activation as a matrix: a row for each voxel, a column for each channel.
    private func rows(of activation: Activation, _ name: String) throws(TensorEngineError) -> Tensor {
        try Tensor(
            MemoryDescription(
                [activation.shape.batch * activation.shape.voxelCount, activation.shape.channels], dnnl_ab, for: name),
            at: activation.tensor.pointer, engine: engine)
    }

    /// result = left · right; a right side that is a weight is packed as the product likes.
    private func appendProduct(
        _ name: String, _ left: Tensor, _ right: Tensor, isWeight: Bool, into result: Tensor,
        _ append: (Primitive) -> Void
    ) throws(TensorEngineError) {
        var wanted = right.description
        if isWeight {
            let sizes = wanted.raw.dims
            wanted = try MemoryDescription([Int(sizes.0), Int(sizes.1)], dnnl_format_tag_any, for: name)
        }
        let description = try UpsamplingGeometry.product(
            name, left: left.description, right: wanted, result: result.description, engine: engine)
        var right = right
        if isWeight { right = try packed(right, to: description.required(dnnl_query_weights_md, name), name) }
        append(
            try primitive(
                name, description,
                [(DNNL_ARG_SRC, left), (DNNL_ARG_WEIGHTS, right), (DNNL_ARG_DST, result)]))
    }
}
