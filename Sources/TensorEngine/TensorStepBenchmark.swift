/// Times a training step of the U-Net, the counterpart of tools/bench/tensor-step.py.
package enum TensorStepBenchmark {
    /// What to time.
    package struct Settings: Equatable, Sendable {
        package var threadCount = 1
        package var stepCount = 20
        package var initialFeatures = 8
        package var depth = 3
        /// The edge of the cubic patches in voxels.
        package var patch = 32
        package var batch = 2
        package var dropout: Float = 0

        package init() {}
    }

    /// What was measured.
    package struct Result: Equatable, Sendable {
        package let engine: ComputeEngine.Report
        package let fastestMilliseconds: Double
        package let medianMilliseconds: Double
        /// Voxels trained per second at the median.
        package let voxelsPerSecond: Double
        /// The loss of the last step, so that two runs can be compared.
        package let lastLoss: Double
    }

    /// Three steps to warm up, then `stepCount` timed ones: forward, focal loss, backward, Adam.
    package static func run(_ settings: Settings) throws(TensorEngineError) -> Result {
        let (training, shape, volumes, targets, engine) = try prepare(settings)
        var loss = 0.0
        for _ in 0..<3 {
            loss = try training.pass(volumes: volumes, targets: targets, shape: shape)
            training.update(learningRate: 1e-3)
        }
        let clock = ContinuousClock()
        var times: [Double] = []
        for _ in 0..<max(settings.stepCount, 1) {
            let begin = clock.now
            loss = try training.pass(volumes: volumes, targets: targets, shape: shape)
            training.update(learningRate: 1e-3)
            times.append((clock.now - begin) / .milliseconds(1))
        }
        times.sort()
        let median = (times[(times.count - 1) / 2] + times[times.count / 2]) / 2
        return Result(
            engine: engine.report, fastestMilliseconds: times[0], medianMilliseconds: median,
            voxelsPerSecond: Double(shape.count) / median * 1e3, lastLoss: loss)
    }

    /// The time of each operation of one step in milliseconds, the fastest of `stepCount`, in the order they run.
    package static func profile(_ settings: Settings) throws(TensorEngineError) -> [(
        name: String, milliseconds: Double
    )] {
        let (training, shape, volumes, targets, engine) = try prepare(settings)
        let evaluator = try LossEvaluator(training.configuration.loss, shape: shape, engine: engine)
        let gradient = Storage(count: shape.count)
        let plan = try training.network.trainingPlan(for: shape)
        let clock = ContinuousClock()
        let begin = clock.now
        func nanoseconds() -> UInt64 { UInt64((clock.now - begin) / .nanoseconds(1)) }
        var fastest: [(name: String, milliseconds: Double)] = []
        for _ in 0..<max(settings.stepCount, 1) {
            var times: [(name: String, nanoseconds: UInt64)] = []
            _ = try training.pass(volumes: volumes, targets: targets, shape: shape)
            let beginUpdate = nanoseconds()
            training.update(learningRate: 1e-3)
            times.append(("update", nanoseconds() - beginUpdate))
            let beginLoss = nanoseconds()
            targets.withUnsafeBufferPointer { targets in
                guard let base = targets.baseAddress else { return }
                _ = evaluator.evaluate(plan.logits.pointer, base, gradient: gradient.pointer)
            }
            times.append(("loss", nanoseconds() - beginLoss))
            try plan.packing.profile(on: engine, clock: nanoseconds, into: &times)
            try plan.forward.profile(on: engine, clock: nanoseconds, into: &times)
            try plan.backward.profile(on: engine, clock: nanoseconds, into: &times)
            let all = times.map { ($0.name, Double($0.nanoseconds) / 1e6) }
            fastest = fastest.isEmpty ? all : zip(fastest, all).map { ($0.name, min($0.milliseconds, $1.1)) }
        }
        return fastest
    }

    private typealias Prepared = (UNet3DTraining, VolumeShape, [Float], [Float], ComputeEngine)

    private static func prepare(_ settings: Settings) throws(TensorEngineError) -> Prepared {
        let engine = try ComputeEngine(threadCount: settings.threadCount)
        let configuration = UNet3DConfiguration(
            initialFeatures: settings.initialFeatures, depth: settings.depth, dropout: settings.dropout)
        let network = try UNet3D(configuration, seed: 1, engine: engine)
        let training = try UNet3DTraining(network, .init(loss: .focal(alpha: 0.25, gamma: 2)))
        let shape = VolumeShape(
            batch: settings.batch, channels: 1, depth: settings.patch, height: settings.patch, width: settings.patch)
        var random = Philox(seed: 2, purpose: .phantom)
        let volumes = (0..<shape.count).map { _ in Float(random.normal()) }
        let targets = (0..<shape.count).map { _ in random.uniform() > 0.9 ? Float(1) : 0 }
        try training.prepare(shape)
        return (training, shape, volumes, targets, engine)
    }
}
