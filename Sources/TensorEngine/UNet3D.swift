/// A 3D U-Net: `depth` levels of encoder and decoder with skip connections around a bottleneck, and a 1x1x1 head.
///
/// A network belongs to one thread of control at a time. Plans (programs and memory) are built once for each input shape and
/// share the weights. Volumes go in and logits come out row-major, [batch, channels, depth, height, width].
package final class UNet3D {
    package let configuration: UNet3DConfiguration
    package let engine: ComputeEngine
    let parameters: ParameterStore
    private let dropout: DropoutSource
    private var trainingPlans = PlanCache()
    private var inferencePlans = PlanCache()

    /// A network with first weights drawn from `seed`, which also keys the dropout masks.
    package init(_ configuration: UNet3DConfiguration, seed: UInt64, engine: ComputeEngine) throws(TensorEngineError) {
        try configuration.validate()
        self.configuration = configuration
        self.engine = engine
        let trainable = UNet3DBlueprint.trainable(configuration)
        let statistics = UNet3DBlueprint.statistics(configuration)
        parameters = ParameterStore(
            trainable: trainable.map { ($0.name, $0.shape) }, statistics: statistics.map { ($0.name, $0.shape) })
        UNet3DBlueprint.initialize(trainable, parameters.slots, in: parameters.values, seed: seed)
        UNet3DBlueprint.initialize(statistics, parameters.bufferSlots, in: parameters.buffers, seed: seed)
        dropout = DropoutSource(seed: seed)
    }

    /// The number of trainable floats.
    package var parameterCount: Int { parameters.slots.reduce(0) { $0 + $1.count } }

    // MARK: Inference

    /// Logits of `volumes` ([batch, in_channels, …] as `shape` says), by running statistics and without dropout.
    /// Shapes may change from call to call; the plans of the last four are kept.
    package func infer(_ volumes: [Float], shape: VolumeShape) throws(TensorEngineError) -> [Float] {
        let plan = try inferencePlan(for: shape)
        try Self.fill(plan.input, with: volumes, "volumes")
        try runInference(plan)
        return Array(UnsafeBufferPointer(start: plan.logits.pointer, count: plan.outputShape.count))
    }

    /// As `infer(_:shape:)` without a copy on either side: `fill` writes the volumes, `read` sees the logits.
    package func infer<Result>(
        shape: VolumeShape, fill: (UnsafeMutableBufferPointer<Float>) -> Void,
        read: (UnsafeBufferPointer<Float>) -> Result
    ) throws(TensorEngineError) -> Result {
        let plan = try inferencePlan(for: shape)
        fill(UnsafeMutableBufferPointer(start: plan.input.pointer, count: shape.count))
        try runInference(plan)
        return read(UnsafeBufferPointer(start: plan.logits.pointer, count: plan.outputShape.count))
    }

    private func runInference(_ plan: UNet3DPlan) throws(TensorEngineError) {
        engine.activate()
        try plan.runForward(on: engine)
    }

    // MARK: Training

    /// The training plan for `shape`, built on first use.
    func trainingPlan(for shape: VolumeShape) throws(TensorEngineError) -> UNet3DPlan {
        try trainingPlans.plan(for: shape) { () throws(TensorEngineError) in
            try self.makePlan(shape, mode: .training)
        }
    }

    /// Logits by batch statistics, into the plan; moves the running statistics. `step` selects the dropout masks.
    func forward(_ plan: UNet3DPlan, step: UInt64) throws(TensorEngineError) {
        engine.activate()
        dropout.step = step
        try plan.runForward(on: engine)
    }

    /// Gradients of the parameters from the plan's gradient of the logits, into `passGradients`.
    func backward(_ plan: UNet3DPlan) throws(TensorEngineError) {
        engine.activate()
        try plan.backward.run(on: engine)
    }

    // MARK: State

    /// The trainable arrays under their PyTorch-like names.
    package func exportParameters() -> [NamedArray] {
        ParameterStore.export(parameters.slots, from: parameters.values)
    }

    /// The running statistics.
    package func exportBuffers() -> [NamedArray] {
        ParameterStore.export(parameters.bufferSlots, from: parameters.buffers)
    }

    /// The gradients of the last accumulation, under the names of their parameters.
    package func exportGradients() -> [NamedArray] {
        ParameterStore.export(parameters.slots, from: parameters.gradients)
    }

    /// Takes weights and statistics from `arrays`, which may hold others too. Nothing changes when one is missing or has
    /// another shape: throws `.stateMismatch`.
    package func restore(_ arrays: [NamedArray]) throws(TensorEngineError) {
        let named = Dictionary(arrays.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let previous = exportParameters()
        try ParameterStore.restore(parameters.slots, into: parameters.values, from: named)
        do {
            try ParameterStore.restore(parameters.bufferSlots, into: parameters.buffers, from: named)
        } catch {
            let old = Dictionary(previous.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            try ParameterStore.restore(parameters.slots, into: parameters.values, from: old)
            throw error
        }
        parameters.markChanged()
    }

    // MARK: Plans

    private func inferencePlan(for shape: VolumeShape) throws(TensorEngineError) -> UNet3DPlan {
        try inferencePlans.plan(for: shape) { () throws(TensorEngineError) in
            try self.makePlan(shape, mode: .inference)
        }
    }

    private func makePlan(_ shape: VolumeShape, mode: PlanBuilder.Mode) throws(TensorEngineError) -> UNet3DPlan {
        try configuration.validate(shape)
        return try UNet3DPlan(
            configuration, shape, mode: mode, parameters: parameters, dropout: dropout, engine: engine)
    }

    /// Copies `values` into `storage`, which must have room for exactly as many.
    package static func fill(_ storage: Storage, with values: [Float], _ what: String) throws(TensorEngineError) {
        guard values.count == storage.count else {
            throw .invalidArgument("\(values.count) \(what) were given; the shape needs \(storage.count)")
        }
        values.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            storage.pointer.update(from: base, count: source.count)
        }
    }
}
