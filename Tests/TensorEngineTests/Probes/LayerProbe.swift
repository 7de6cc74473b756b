import TensorEngine

/// Runs one layer alone, forward and backward, on row-major arrays: how a layer is checked against a reference.
struct LayerProbe {
    /// The layers there are.
    enum Layer: Equatable, Sendable {
        /// Kernel 3 with padding 1, or kernel 1; reads "layer.weight" and "layer.bias".
        case convolution(outputs: Int, kernel: Int, bias: Bool, rectified: Bool)
        /// Kernel and stride 2; reads "layer.weight" and "layer.bias".
        case transposedConvolution(outputs: Int)
        /// Reads "layer.weight", "layer.bias", "layer.running_mean" and "layer.running_var".
        case batchNormalization(rectified: Bool)
        /// Kernel and stride 2.
        case maxPool
        /// As `transposedConvolution`, of the input pooled to half its size, joined behind the input itself.
        case pooledUpsampling(outputs: Int)
        /// Masks of seed 1.
        case dropout(probability: Float, step: UInt64)
    }

    /// What a run gave, row-major.
    struct Result: Equatable, Sendable {
        let output: [Float]
        let outputShape: VolumeShape
        /// Empty for inference.
        let inputGradient: [Float]
        /// Empty for inference.
        let parameterGradients: [NamedArray]
        /// The statistics after the run.
        let statistics: [NamedArray]
    }

    let layer: Layer
    let inputShape: VolumeShape
    private let engine: ComputeEngine

    init(_ layer: Layer, inputShape: VolumeShape, engine: ComputeEngine) {
        self.layer = layer
        self.inputShape = inputShape
        self.engine = engine
    }

    /// The names and shapes of the layer's trainable arrays.
    var parameterShapes: [(name: String, shape: [Int])] {
        let channels = inputShape.channels
        switch layer {
        case .convolution(let outputs, let kernel, let bias, _):
            let weight = (name: "layer.weight", shape: [outputs, channels, kernel, kernel, kernel])
            return bias ? [weight, ("layer.bias", [outputs])] : [weight]
        case .transposedConvolution(let outputs):
            return [("layer.weight", [channels, outputs, 2, 2, 2]), ("layer.bias", [outputs])]
        case .batchNormalization:
            return [("layer.weight", [channels]), ("layer.bias", [channels])]
        case .pooledUpsampling(let outputs):
            return [("layer.weight", [channels, outputs, 2, 2, 2]), ("layer.bias", [outputs])]
        case .maxPool, .dropout:
            return []
        }
    }

    /// Forward with `parameters` (all that `parameterShapes` names, and statistics if any), then backward from
    /// `outputGradient`, or inference when that is nil.
    func run(_ input: [Float], parameters: [NamedArray], outputGradient: [Float]?) throws(TensorEngineError)
        -> Result
    {
        let store = try makeStore(parameters)
        let builder = PlanBuilder(
            engine: engine, parameters: store, mode: outputGradient == nil ? .inference : .training)
        let inputStorage = Storage(count: inputShape.count)
        try UNet3D.fill(inputStorage, with: input, "inputs")
        let start = try builder.boundary(inputShape, on: inputStorage, "input")
        let end = try lay(start, builder)
        let output = Storage(count: end.shape.count)
        let gradient = Storage(count: end.shape.count)
        try builder.deliver(end, to: output, gradient: gradient)
        try builder.finish()
        if let outputGradient { try UNet3D.fill(gradient, with: outputGradient, "output gradients") }

        try builder.packing.run(on: engine)
        try builder.forward.run(on: engine)
        var inputGradient: [Float] = []
        if outputGradient != nil {
            try builder.backward.run(on: engine)
            if let gradient = start.gradient { inputGradient = rowMajor(gradient) }
        }
        return Result(
            output: Array(UnsafeBufferPointer(start: output.pointer, count: end.shape.count)), outputShape: end.shape,
            inputGradient: inputGradient,
            parameterGradients: outputGradient == nil
                ? [] : ParameterStore.export(store.slots, from: store.passGradients),
            statistics: ParameterStore.export(store.bufferSlots, from: store.buffers))
    }

    /// The elements of a tensor of the input's shape, which has its channels last in memory.
    private func rowMajor(_ tensor: Tensor) -> [Float] {
        let (channels, voxels) = (inputShape.channels, inputShape.voxelCount)
        return (0..<inputShape.count).map { index in
            let (batch, rest) = index.quotientAndRemainder(dividingBy: channels * voxels)
            let (channel, voxel) = rest.quotientAndRemainder(dividingBy: voxels)
            return tensor.pointer[(batch * voxels + voxel) * channels + channel]
        }
    }

    private func makeStore(_ parameters: [NamedArray]) throws(TensorEngineError) -> ParameterStore {
        var statistics: [(name: String, shape: [Int])] = []
        if case .batchNormalization = layer {
            statistics = [
                ("layer.running_mean", [inputShape.channels]), ("layer.running_var", [inputShape.channels]),
            ]
        }
        let store = ParameterStore(trainable: parameterShapes, statistics: statistics)
        let named = Dictionary(parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        try ParameterStore.restore(store.slots, into: store.values, from: named)
        try ParameterStore.restore(store.bufferSlots, into: store.buffers, from: named)
        return store
    }

    private func lay(_ input: Activation, _ builder: PlanBuilder) throws(TensorEngineError) -> Activation {
        switch layer {
        case .convolution(let outputs, let kernel, let bias, let rectified):
            return try builder.convolution(
                "layer", input, outputs: outputs, kernel: kernel, bias: bias, rectified: rectified)
        case .transposedConvolution(let outputs):
            return try builder.upsample("layer", input, outputs: outputs)
        case .batchNormalization(let rectified):
            return try builder.batchNormalization("layer", input, rectified: rectified)
        case .maxPool:
            return try builder.maxPool("layer", input)
        case .pooledUpsampling(let outputs):
            let pooled = try builder.maxPool("pool", input)
            return try builder.upsample("layer", pooled, outputs: outputs, joining: input)
        case .dropout(let probability, let step):
            let source = DropoutSource(seed: 1)
            source.step = step
            try builder.dropout(input, probability: probability, layer: 0, random: source)
            return input
        }
    }
}
