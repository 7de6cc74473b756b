import TensorEngine
import Testing

@Suite("Bit for bit")
struct DeterminismTests {
    static let shape = VolumeShape(batch: 2, channels: 1, depth: 16, height: 8, width: 16)

    static func makeTraining(
        threads: Int, seed: UInt64 = 5, optimizer: OptimizerConfiguration = .adamW(.init(weightDecay: 0.01)),
        accumulation: Int = 1
    ) throws -> UNet3DTraining {
        let configuration = UNet3DConfiguration(initialFeatures: 8, depth: 2, dropout: 0.3)
        let network = try UNet3D(configuration, seed: seed, engine: ComputeEngine(threadCount: threads))
        return try UNet3DTraining(
            network,
            .init(
                loss: .weightedSum([
                    .init(weight: 1, loss: .softDice(smooth: 1)), .init(weight: 1, loss: .focal(alpha: 0.25, gamma: 2)),
                ]), optimizer: optimizer, gradientClip: 0.5, accumulationSteps: accumulation))
    }

    static func step(_ training: UNet3DTraining, _ number: Int, update: Bool = true) throws -> Double {
        let volumes = Reference.pattern(shape.count, salt: 200 + number, scale: 4)
        let targets = Reference.pattern(shape.count, salt: 300 + number).map { $0 > 0.3 ? Float(1) : 0 }
        let loss = try training.pass(volumes: volumes, targets: targets, shape: shape)
        if update { training.update(learningRate: 0.01) }
        return loss
    }

    static func bits(_ state: TrainingState) -> [String: [UInt32]] {
        Dictionary(uniqueKeysWithValues: state.arrays.map { ($0.name, $0.values.map(\.bitPattern)) })
    }

    @Test("Two trainings from one seed have the same bits, on one thread and on two", arguments: [1, 2])
    func repeats(threads: Int) throws {
        let first = try Self.makeTraining(threads: threads)
        let second = try Self.makeTraining(threads: threads)
        for number in 0..<4 {
            let losses = (try Self.step(first, number), try Self.step(second, number))
            #expect(losses.0.bitPattern == losses.1.bitPattern)
        }
        #expect(Self.bits(first.export()) == Self.bits(second.export()))
    }

    @Test("Another seed gives other weights")
    func seeds() throws {
        let first = try Self.makeTraining(threads: 1, seed: 5)
        let second = try Self.makeTraining(threads: 1, seed: 6)
        #expect(
            Self.bits(first.export())["encoder.0.conv1.weight"] != Self.bits(second.export())["encoder.0.conv1.weight"])
    }

    static let optimizers: [OptimizerConfiguration] = [
        .adam(.init(weightDecay: 0.01)), .adamW(.init()), .sgd(.init()),
        .sgd(.init(momentum: 0.9, nesterov: true, weightDecay: 0.001)),
    ]

    @Test(
        "A training stopped at any step and continued by another network ends with the same bits",
        arguments: optimizers, [1, 3])
    func resume(optimizer: OptimizerConfiguration, stop: Int) throws {
        let whole = try Self.makeTraining(threads: 1, optimizer: optimizer)
        for number in 0..<5 { _ = try Self.step(whole, number) }

        let before = try Self.makeTraining(threads: 1, optimizer: optimizer)
        for number in 0..<stop { _ = try Self.step(before, number) }
        let after = try Self.makeTraining(threads: 1, seed: 99, optimizer: optimizer)
        // The dropout masks are keyed by the seed, which a checkpoint stores: the continuing network has it too.
        let continued = try Self.makeTraining(threads: 1, optimizer: optimizer)
        try after.restore(before.export())
        try continued.restore(after.export())
        for number in stop..<5 { _ = try Self.step(continued, number) }
        #expect(continued.passCount == whole.passCount)
        #expect(Self.bits(continued.export()) == Self.bits(whole.export()))
    }

    @Test("A training stopped between the passes of one update continues to the same bits")
    func resumeWithinAnUpdate() throws {
        let whole = try Self.makeTraining(threads: 1, accumulation: 2)
        for number in 0..<4 { _ = try Self.step(whole, number, update: number % 2 == 1) }
        let before = try Self.makeTraining(threads: 1, accumulation: 2)
        for number in 0..<3 { _ = try Self.step(before, number, update: number % 2 == 1) }
        #expect(before.export().pendingPassCount == 1)
        let after = try Self.makeTraining(threads: 1, accumulation: 2)
        try after.restore(before.export())
        _ = try Self.step(after, 3, update: true)
        #expect(Self.bits(after.export()) == Self.bits(whole.export()))
    }

    @Test("Inference does not disturb training, and its plans share the weights")
    func inferenceBetweenSteps() throws {
        let plain = try Self.makeTraining(threads: 1)
        let watched = try Self.makeTraining(threads: 1)
        let shapes = [(8, 8, 8), (16, 8, 4), (4, 4, 4), (8, 16, 8), (12, 8, 8), (8, 8, 8)].map {
            VolumeShape(batch: 1, channels: 1, depth: $0.0, height: $0.1, width: $0.2)
        }
        for number in 0..<3 {
            _ = try Self.step(plain, number)
            _ = try Self.step(watched, number)
            for shape in shapes {
                let volume = Reference.pattern(shape.count, salt: 400)
                let first = try watched.network.infer(volume, shape: shape)
                // A fresh network with the same weights has no plan to reuse.
                let fresh = try UNet3D(
                    watched.network.configuration, seed: 1, engine: ComputeEngine(threadCount: 1))
                try fresh.restore(watched.network.exportParameters() + watched.network.exportBuffers())
                #expect(try fresh.infer(volume, shape: shape) == first)
            }
        }
        #expect(Self.bits(plain.export()) == Self.bits(watched.export()))
    }

    @Test("A batch is inferred as its volumes are alone")
    func batches() throws {
        let training = try Self.makeTraining(threads: 1)
        for number in 0..<2 { _ = try Self.step(training, number) }
        let one = VolumeShape(batch: 1, channels: 1, depth: 8, height: 8, width: 8)
        let two = VolumeShape(batch: 2, channels: 1, depth: 8, height: 8, width: 8)
        let volumes = Reference.pattern(two.count, salt: 401)
        let together = try training.network.infer(volumes, shape: two)
        let first = try training.network.infer(Array(volumes[..<one.count]), shape: one)
        let second = try training.network.infer(Array(volumes[one.count...]), shape: one)
        for (whole, part) in zip(together, first + second) {
            #expect(abs(whole - part) <= 1e-5 * max(1, abs(whole)))
        }
    }

    @Test("Two passes of half a gradient make the update of their mean")
    func accumulation() throws {
        // Without batch normalization the gradient of a batch is the mean of the gradients of its volumes.
        let configuration = UNet3DConfiguration(initialFeatures: 4, depth: 1, batchNormalization: false)
        let loss = Loss.weightedBinaryCrossEntropy(positiveWeight: 1)
        func make(_ accumulation: Int) throws -> UNet3DTraining {
            let network = try UNet3D(configuration, seed: 3, engine: ComputeEngine(threadCount: 1))
            return try UNet3DTraining(
                network, .init(loss: loss, optimizer: .sgd(.init()), accumulationSteps: accumulation))
        }
        let one = VolumeShape(batch: 1, channels: 1, depth: 4, height: 4, width: 4)
        let two = VolumeShape(batch: 2, channels: 1, depth: 4, height: 4, width: 4)
        let volumes = Reference.pattern(two.count, salt: 500)
        let targets = Reference.pattern(two.count, salt: 501).map { $0 + 0.5 }
        let whole = try make(1)
        _ = try whole.pass(volumes: volumes, targets: targets, shape: two)
        let halves = try make(2)
        for part in [0..<one.count, one.count..<two.count] {
            _ = try halves.pass(volumes: Array(volumes[part]), targets: Array(targets[part]), shape: one)
        }
        for (first, second) in zip(whole.network.exportGradients(), halves.network.exportGradients()) {
            let scale = first.values.map(abs).max() ?? 0
            for (one, other) in zip(first.values, second.values) {
                #expect(abs(one - other) <= 1e-5 * scale + 1e-9, "\(first.name)")
            }
        }
        let norms = (whole.update(learningRate: 0.1), halves.update(learningRate: 0.1))
        #expect(abs(norms.0 - norms.1) < 1e-5 * norms.0)
        #expect(whole.update(learningRate: 0.1) == 0, "an update without a pass does nothing")
    }

    @Test("Dropout draws by step and keeps the mean", arguments: [Float(0.1), 0.5])
    func dropout(probability: Float) throws {
        let shape = VolumeShape(batch: 1, channels: 8, depth: 16, height: 16, width: 16)
        let engine = try ComputeEngine(threadCount: 1)
        let ones = [Float](repeating: 1, count: shape.count)
        func masked(_ step: UInt64) throws -> [Float] {
            let probe = LayerProbe(.dropout(probability: probability, step: step), inputShape: shape, engine: engine)
            return try probe.run(ones, parameters: [], outputGradient: ones).output
        }
        let first = try masked(1)
        #expect(try masked(1) == first)
        #expect(try masked(2) != first)
        let dropped = Float(first.count { $0 == 0 }) / Float(shape.count)
        #expect(abs(dropped - probability) < 0.02)
        #expect(abs(first.reduce(0, +) / Float(shape.count) - 1) < 0.03)
        let probe = LayerProbe(.dropout(probability: probability, step: 1), inputShape: shape, engine: engine)
        #expect(try probe.run(ones, parameters: [], outputGradient: nil).output == ones, "inference drops nothing")
    }
}
