import TensorEngine
import Testing

@Suite("Learning")
struct LearningTests {
    /// Bright balls on noise, and where they are.
    static func balls(_ shape: VolumeShape, seed: UInt64) -> (volumes: [Float], targets: [Float]) {
        var random = Philox(seed: seed, purpose: .phantom)
        var volumes = (0..<shape.count).map { _ in Float(random.normal()) * 0.3 }
        var targets = [Float](repeating: 0, count: shape.count)
        for sample in 0..<shape.batch {
            let center = (0..<3).map { _ in 4 + random.integer(below: 8) }
            for z in 0..<shape.depth {
                for y in 0..<shape.height {
                    for x in 0..<shape.width {
                        let (dz, dy, dx) = (z - center[0], y - center[1], x - center[2])
                        guard dz * dz + dy * dy + dx * dx <= 9 else { continue }
                        let index = ((sample * shape.depth + z) * shape.height + y) * shape.width + x
                        volumes[index] += 1
                        targets[index] = 1
                    }
                }
            }
        }
        return (volumes, targets)
    }

    @Test(
        "A network learns to find balls in volumes it never saw",
        arguments: [
            OptimizerConfiguration.adam(.init()), .adamW(.init(weightDecay: 0.01)),
            .sgd(.init(momentum: 0.9, nesterov: true)),
        ])
    func balls(optimizer: OptimizerConfiguration) throws {
        let network = try UNet3D(
            UNet3DConfiguration(initialFeatures: 8, depth: 2, dropout: 0.05), seed: 3,
            engine: ComputeEngine(threadCount: 1))
        let loss = Loss.weightedSum([
            .init(weight: 1, loss: .softDice(smooth: 1)),
            .init(weight: 1, loss: .weightedBinaryCrossEntropy(positiveWeight: 2)),
        ])
        let training = try UNet3DTraining(network, .init(loss: loss, optimizer: optimizer, gradientClip: 5))
        let shape = VolumeShape(batch: 2, channels: 1, depth: 16, height: 16, width: 16)
        var first = 0.0
        for step in 0..<60 {
            let (volumes, targets) = Self.balls(shape, seed: UInt64(step))
            let value = try training.pass(volumes: volumes, targets: targets, shape: shape)
            if step == 0 { first = value }
            training.update(learningRate: 0.01)
        }
        let (volumes, targets) = Self.balls(shape, seed: 1000)
        let logits = try network.infer(volumes, shape: shape)
        let value = try LossTests.evaluate(loss, shape, logits, targets).value
        #expect(value < 0.4 * first, "from \(first) to \(value)")
        let found = zip(logits, targets).count { ($0 > 0) == ($1 > 0.5) }
        #expect(found > shape.count * 97 / 100, "\(found) of \(shape.count) voxels are right")
    }

    @Test("A softmax head learns which of three bands a voxel is in")
    func bands() throws {
        let network = try UNet3D(
            UNet3DConfiguration(outputChannels: 3, initialFeatures: 4, depth: 1), seed: 3,
            engine: ComputeEngine(threadCount: 1))
        let loss = Loss.weightedSum([
            .init(weight: 1, loss: .softmaxCrossEntropy), .init(weight: 0.5, loss: .softmaxDice(smooth: 1)),
        ])
        let training = try UNet3DTraining(network, .init(loss: loss))
        let shape = VolumeShape(batch: 1, channels: 1, depth: 8, height: 8, width: 8)
        let volumes = Reference.pattern(shape.count, salt: 90, scale: 4)
        var targets = [Float](repeating: 0, count: 3 * shape.count)
        for (index, value) in volumes.enumerated() {
            targets[(value < -0.7 ? 0 : value < 0.7 ? 1 : 2) * shape.count + index] = 1
        }
        var losses: [Double] = []
        for _ in 0..<60 {
            losses.append(try training.pass(volumes: volumes, targets: targets, shape: shape))
            training.update(learningRate: 0.02)
        }
        #expect(losses[59] < 0.25 * losses[0], "from \(losses[0]) to \(losses[59])")
    }
}
