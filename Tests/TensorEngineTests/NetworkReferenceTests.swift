import TensorEngine
import Testing

@Suite("A whole network beside PyTorch")
struct NetworkReferenceTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let batchNorm: Bool
        let features: Int
        let depth: Int
        let channels: Int
        let outputs: Int
        let clip: Double
        let losses: [Double]
        let norms: [Double]
        let firstLogits: Reference.Sample
        let firstGradients: [String: Reference.Sample]
        let inference: Reference.Sample
        let buffers: [String: Reference.Sample]
        var testDescription: String { name }
    }

    @Test(
        "Four Adam steps and an inference agree with PyTorch's",
        arguments: try Reference.load("networks", as: Case.self))
    func steps(reference: Case) throws {
        let engine = try ComputeEngine(threadCount: 1)
        let configuration = UNet3DConfiguration(
            inputChannels: reference.channels, outputChannels: reference.outputs, initialFeatures: reference.features,
            depth: reference.depth, batchNormalization: reference.batchNorm)
        let network = try UNet3D(configuration, seed: 1, engine: engine)
        try network.restore(Self.patterned(network))
        let loss = Loss.weightedSum([
            .init(weight: 1, loss: .focal(alpha: 0.25, gamma: 2)), .init(weight: 1, loss: .softDice(smooth: 1)),
        ])
        let training = try UNet3DTraining(network, .init(loss: loss, gradientClip: reference.clip))
        let shape = VolumeShape(batch: 2, channels: reference.channels, depth: 8, height: 16, width: 8)
        let targetCount = shape.with(channels: reference.outputs).count
        for step in 0..<4 {
            let volumes = Reference.pattern(shape.count, salt: 40 + step, scale: 4)
            let targets = Reference.pattern(targetCount, salt: 50 + step).map { $0 > 0.3 ? Float(1) : 0 }
            let value = try training.pass(volumes: volumes, targets: targets, shape: shape)
            #expect(abs(value - reference.losses[step]) < 2e-4 * abs(reference.losses[step]), "loss of step \(step)")
            if step == 0 {
                let logits = training.withLastLogits { logits, _ in Array(logits) }
                reference.firstLogits.expect(try #require(logits), tolerance: 2e-4, "logits")
                for gradient in network.exportGradients() {
                    let expected = try #require(reference.firstGradients[gradient.name])
                    expected.expect(gradient.values, tolerance: 1e-3, gradient.name)
                }
            }
            let norm = training.update(learningRate: 0.002)
            #expect(abs(norm - reference.norms[step]) < 2e-3 * reference.norms[step], "norm of step \(step)")
        }
        for buffer in network.exportBuffers() {
            let expected = try #require(reference.buffers[buffer.name])
            expected.expect(buffer.values, tolerance: 5e-3, buffer.name)
        }
        let probe = VolumeShape(batch: 1, channels: reference.channels, depth: 16, height: 8, width: 8)
        let logits = try network.infer(Reference.pattern(probe.count, salt: 60, scale: 4), shape: probe)
        reference.inference.expect(logits, tolerance: 1e-2, "inference")
    }

    /// The weights the script's `fill` gives.
    static func patterned(_ network: UNet3D) -> [NamedArray] {
        let sorted = network.exportParameters().sorted { $0.name < $1.name }
        let weights = sorted.enumerated().map { salt, array in
            let fan = max(array.values.count / array.shape[0], 1)
            let scale = array.shape.count > 1 ? Float(3 / Double(fan).squareRoot()) : 0.2
            let isScale = array.name.contains(".norm") && array.name.hasSuffix("weight")
            let values = Reference.pattern(array.values.count, salt: 100 + salt, scale: scale)
            return NamedArray(name: array.name, shape: array.shape, values: isScale ? values.map { $0 + 1 } : values)
        }
        return weights + network.exportBuffers()
    }
}
