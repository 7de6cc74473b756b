/// Trains a network: passes add up gradients, updates move the weights.
///
/// `export` and `restore` hold everything a pass or an update depends on: a training continued from its state goes on bit for
/// bit as if it had not stopped, also between the passes of one update.
package final class UNet3DTraining {
    /// What a training does with its network.
    package struct Configuration: Equatable, Sendable {
        package var loss: Loss
        package var optimizer: OptimizerConfiguration
        /// The largest global norm of the gradient of one update; nil for no limit.
        package var gradientClip: Double?
        /// The passes whose mean gradient makes one update.
        package var accumulationSteps: Int

        package init(
            loss: Loss, optimizer: OptimizerConfiguration = .adam(.init()), gradientClip: Double? = nil,
            accumulationSteps: Int = 1
        ) {
            self.loss = loss
            self.optimizer = optimizer
            self.gradientClip = gradientClip
            self.accumulationSteps = accumulationSteps
        }
    }

    package let network: UNet3D
    package let configuration: Configuration
    /// The passes made since the training began; selects the dropout masks.
    package private(set) var passCount: UInt64 = 0
    /// The passes whose gradients wait for an update.
    package private(set) var pendingPassCount = 0
    private let optimizer: Optimizer
    private var evaluators: [VolumeShape: LossEvaluator] = [:]
    private var targets = Storage(count: 1)
    private var lastPlan: UNet3DPlan?

    /// Throws `.invalidArgument` when a value of `configuration` is out of range or does not fit the network.
    package init(_ network: UNet3D, _ configuration: Configuration) throws(TensorEngineError) {
        try configuration.loss.validate()
        if let clip = configuration.gradientClip, !(clip > 0) {
            throw .invalidArgument("the gradient clip is \(clip); it must be above 0")
        }
        guard configuration.accumulationSteps >= 1 else {
            throw .invalidArgument("gradients of \(configuration.accumulationSteps) passes cannot be accumulated")
        }
        self.network = network
        self.configuration = configuration
        optimizer = try Optimizer(
            configuration.optimizer, parameters: network.parameters, engine: network.engine)
    }

    /// The updates made since the training began.
    package var updateCount: Int { optimizer.stepCount }

    /// Builds the plan for batches of `shape` before the first pass needs it.
    package func prepare(_ shape: VolumeShape) throws(TensorEngineError) {
        _ = try network.trainingPlan(for: shape)
        _ = try evaluator(for: shape.with(channels: network.configuration.outputChannels))
    }

    // MARK: Passes and updates

    /// One forward and backward pass; adds the gradient divided by `accumulationSteps` and returns the loss.
    ///
    /// `volumes` have `shape`, `targets` the same with out_channels channels, both row-major.
    package func pass(volumes: [Float], targets: [Float], shape: VolumeShape) throws(TensorEngineError) -> Double {
        let plan = try network.trainingPlan(for: shape)
        try UNet3D.fill(plan.input, with: volumes, "volumes")
        if self.targets.count != plan.outputShape.count { self.targets = Storage(count: plan.outputShape.count) }
        try UNet3D.fill(self.targets, with: targets, "targets")
        return try run(plan)
    }

    /// As `pass(volumes:targets:shape:)`; `fill` writes volumes and targets where they are used.
    package func pass(
        shape: VolumeShape,
        fill: (_ volumes: UnsafeMutableBufferPointer<Float>, _ targets: UnsafeMutableBufferPointer<Float>) -> Void
    ) throws(TensorEngineError) -> Double {
        let plan = try network.trainingPlan(for: shape)
        if targets.count != plan.outputShape.count { targets = Storage(count: plan.outputShape.count) }
        fill(
            UnsafeMutableBufferPointer(start: plan.input.pointer, count: shape.count),
            UnsafeMutableBufferPointer(start: targets.pointer, count: plan.outputShape.count))
        return try run(plan)
    }

    /// One update by the accumulated gradient; returns its global norm before clipping. Does nothing and returns 0 when no
    /// pass was made since the last.
    @discardableResult
    package func update(learningRate: Double) -> Double {
        guard pendingPassCount > 0 else { return 0 }
        let gradients = network.parameters.gradients
        let norm = VectorMath.sumOfSquares(gradients.pointer, count: gradients.count).squareRoot()
        var scale: Float = 1
        if let clip = configuration.gradientClip, !(norm <= clip) { scale = Float(clip / (norm + 1e-6)) }
        optimizer.update(learningRate: learningRate, gradientScale: scale)
        pendingPassCount = 0
        return norm
    }

    /// Shows the logits and targets of the last pass, row-major; nil when there was none.
    package func withLastLogits<Result>(
        _ body: (_ logits: UnsafeBufferPointer<Float>, _ targets: UnsafeBufferPointer<Float>) -> Result
    ) -> Result? {
        guard let lastPlan else { return nil }
        return body(
            UnsafeBufferPointer(start: lastPlan.logits.pointer, count: lastPlan.outputShape.count),
            UnsafeBufferPointer(start: targets.pointer, count: lastPlan.outputShape.count))
    }

    private func run(_ plan: UNet3DPlan) throws(TensorEngineError) -> Double {
        let evaluator = try evaluator(for: plan.outputShape)
        try network.forward(plan, step: passCount)
        let loss = evaluator.evaluate(plan.logits.pointer, targets.pointer, gradient: plan.logitsGradient.pointer)
        try network.backward(plan)
        let store = network.parameters
        let share = 1 / Float(configuration.accumulationSteps)
        let kept: Float = pendingPassCount == 0 ? 0 : 1
        network.engine.parallel(store.gradients.count) { range in
            VectorMath.blend(
                store.gradients.pointer, times: kept, plus: store.passGradients.pointer, times: share, range)
        }
        pendingPassCount += 1
        passCount += 1
        lastPlan = plan
        return loss
    }

    private func evaluator(for shape: VolumeShape) throws(TensorEngineError) -> LossEvaluator {
        if let evaluator = evaluators[shape] { return evaluator }
        let evaluator = try LossEvaluator(configuration.loss, shape: shape, engine: network.engine)
        evaluators[shape] = evaluator
        return evaluator
    }

    // MARK: State

    /// Everything the next pass and update depend on, but for the data and the learning rate.
    package func export() -> TrainingState {
        let moments = optimizer.export()
        var arrays = network.exportParameters() + network.exportBuffers() + moments.arrays
        if pendingPassCount > 0 {
            arrays += ParameterStore.export(
                network.parameters.slots, from: network.parameters.gradients, prefix: "gradient.")
        }
        return TrainingState(
            arrays: arrays, passCount: passCount, pendingPassCount: pendingPassCount, updateCount: moments.stepCount)
    }

    /// Continues from `state`; throws `.stateMismatch` when it is of another network or optimizer, and then changes nothing.
    package func restore(_ state: TrainingState) throws(TensorEngineError) {
        guard state.pendingPassCount >= 0 else {
            throw .stateMismatch("the count of pending passes is \(state.pendingPassCount); it must be at least 0")
        }
        let before = export()
        do {
            try apply(state)
        } catch {
            try apply(before)
            throw error
        }
    }

    private func apply(_ state: TrainingState) throws(TensorEngineError) {
        try network.restore(state.arrays)
        try optimizer.restore(OptimizerState(stepCount: state.updateCount, arrays: state.arrays))
        if state.pendingPassCount > 0 {
            let named = Dictionary(state.arrays.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            try ParameterStore.restore(
                network.parameters.slots, into: network.parameters.gradients, from: named, prefix: "gradient.")
        }
        passCount = state.passCount
        pendingPassCount = state.pendingPassCount
    }
}
