import TensorEngine

/// A training step of the U-Net, the counterpart of tools/bench/tensor-step.py.
struct TrainingStep {
    var threadCount = 1
    var stepCount = 20
    var initialFeatures = 8
    var depth = 3
    /// The edge of the cubic patches in voxels.
    var patch = 32
    var batch = 2

    /// Voxels trained per second at the median of `stepCount` steps after three to warm up: forward, focal loss, backward,
    /// Adam.
    func voxelsPerSecond() throws -> Double {
        let configuration = UNet3DConfiguration(initialFeatures: initialFeatures, depth: depth, dropout: 0)
        let network = try UNet3D(configuration, seed: 1, engine: ComputeEngine(threadCount: threadCount))
        let training = try UNet3DTraining(network, .init(loss: .focal(alpha: 0.25, gamma: 2)))
        let shape = VolumeShape(batch: batch, channels: 1, depth: patch, height: patch, width: patch)
        var random = Philox(seed: 2, purpose: .phantom)
        let volumes = (0..<shape.count).map { _ in Float(random.normal()) }
        let targets = (0..<shape.count).map { _ in random.uniform() > 0.9 ? Float(1) : 0 }
        func step() throws {
            _ = try training.pass(volumes: volumes, targets: targets, shape: shape)
            training.update(learningRate: 1e-3)
        }
        for _ in 0..<3 { try step() }
        let times = try (0..<stepCount).map { _ in try ContinuousClock().measure(step).seconds }.sorted()
        return Double(shape.count) * 2 / (times[(times.count - 1) / 2] + times[times.count / 2])
    }
}
