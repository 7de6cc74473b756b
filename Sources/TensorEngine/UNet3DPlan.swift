internal import COneDNN

/// A network's programs and memory for one input shape.
final class UNet3DPlan {
    let inputShape: VolumeShape
    let outputShape: VolumeShape
    /// Row-major [batch, channels, depth, height, width], to be filled before `forward`.
    let input: Storage
    /// Row-major logits, valid after `forward`.
    let logits: Storage
    /// Row-major gradient of the logits, to be filled before `backward`.
    let logitsGradient: Storage
    let packing: Program
    let forward: Program
    let backward: Program
    /// Bytes of activations and gradients.
    let byteCount: Int
    private var packedVersion: UInt64 = 0
    private let parameters: ParameterStore

    /// Builds the programs of `configuration` for batches of `inputShape`.
    init(
        _ configuration: UNet3DConfiguration, _ inputShape: VolumeShape, mode: PlanBuilder.Mode,
        parameters: ParameterStore, dropout: DropoutSource, engine: ComputeEngine
    ) throws(TensorEngineError) {
        let builder = PlanBuilder(engine: engine, parameters: parameters, mode: mode)
        let outputShape = inputShape.with(channels: configuration.outputChannels)
        input = Storage(count: inputShape.count)
        logits = Storage(count: outputShape.count)
        logitsGradient = Storage(count: mode == .training ? outputShape.count : 1)

        let start = try builder.boundary(inputShape, on: input, "input")
        var layers = UNet3DLayers(configuration: configuration, builder: builder, dropout: dropout)
        let end = try layers.build(start)
        try builder.deliver(end, to: logits, gradient: logitsGradient)
        try builder.finish()

        self.inputShape = inputShape
        self.outputShape = outputShape
        self.parameters = parameters
        packing = builder.packing
        forward = builder.forward
        backward = builder.backward
        byteCount = 4 * builder.pool.allocatedCount
    }

    /// Runs the forward program on the input.
    ///
    /// A ReLU makes zero of NaN, so that a network of NaN would answer with plausible numbers. As without that, an input,
    /// weight or statistic that is not finite makes every logit NaN.
    func runForward(on engine: ComputeEngine) throws(TensorEngineError) {
        try packIfNeeded(on: engine)
        try forward.run(on: engine)
        guard !parameters.isFinite() || !VectorMath.isFinite(input.pointer, count: input.count) else { return }
        logits.pointer.update(repeating: .nan, count: logits.count)
    }

    /// Brings the weights into the primitives' layouts if they changed since the last call.
    private func packIfNeeded(on engine: ComputeEngine) throws(TensorEngineError) {
        guard packedVersion != parameters.version else { return }
        try packing.run(on: engine)
        packedVersion = parameters.version
    }
}

extension PlanBuilder {
    /// The channels-last activation of a row-major `storage`: the same memory for one channel, else a copy per pass.
    package func boundary(_ shape: VolumeShape, on storage: Storage, _ name: String) throws(TensorEngineError)
        -> Activation
    {
        let wanted = try channelsLast(shape, for: name)
        if shape.channels == 1 {
            return Activation(shape: shape, tensor: try Tensor(wanted, at: storage.pointer, engine: engine))
        }
        let plain = try Tensor(
            MemoryDescription(shape.dimensions, dnnl_abcde, for: name), at: storage.pointer, engine: engine)
        let result = try activation(shape, for: name)
        forward.append(try reorder("\(name) layout", plain, to: result.tensor))
        return result
    }

    /// Copies `activation` to row-major `storage` after the forward pass, and the row-major `gradient` back before backward.
    package func deliver(_ activation: Activation, to storage: Storage, gradient: Storage) throws(TensorEngineError) {
        let row = try MemoryDescription(activation.shape.dimensions, dnnl_abcde, for: "logits")
        let plain = try Tensor(row, at: storage.pointer, engine: engine)
        forward.append(try reorder("logits layout", activation.tensor, to: plain))
        guard mode == .training else { return }
        onBackward { (builder) throws(TensorEngineError) in
            let plainGradient = try Tensor(row, at: gradient.pointer, engine: builder.engine)
            let target = try builder.tensor(like: activation)
            builder.appendBackward(try builder.reorder("logits gradient layout", plainGradient, to: target))
            activation.gradient = target
        }
    }
}
