import TensorEngine
import Testing

@Suite("Numbers that are none")
struct DivergenceTests {
    static let shape = VolumeShape(batch: 1, channels: 1, depth: 8, height: 8, width: 8)

    static func makeTraining(_ batchNormalization: Bool) throws -> UNet3DTraining {
        let configuration = UNet3DConfiguration(initialFeatures: 8, depth: 2, batchNormalization: batchNormalization)
        let network = try UNet3D(configuration, seed: 3, engine: ComputeEngine(threadCount: 1))
        return try UNet3DTraining(network, .init(loss: .softDice(smooth: 1), gradientClip: 1))
    }

    @Test(
        "A voxel that is not finite makes the loss and the gradient NaN, and so all that follows",
        arguments: [true, false], [Float.nan, .infinity])
    func voxel(batchNormalization: Bool, value: Float) throws {
        let training = try Self.makeTraining(batchNormalization)
        let volumes = Reference.pattern(Self.shape.count, salt: 1)
        var broken = volumes
        broken[77] = value
        let targets = [Float](repeating: 0, count: Self.shape.count)
        #expect(try training.pass(volumes: volumes, targets: targets, shape: Self.shape).isFinite)
        #expect(training.update(learningRate: 0.01).isFinite)
        #expect(try training.network.infer(broken, shape: Self.shape).allSatisfy { $0.isNaN })
        #expect(try training.network.infer(volumes, shape: Self.shape).allSatisfy { $0.isFinite })

        #expect(try training.pass(volumes: broken, targets: targets, shape: Self.shape).isNaN)
        #expect(training.update(learningRate: 0.01).isNaN)
        #expect(try training.pass(volumes: volumes, targets: targets, shape: Self.shape).isNaN)
        #expect(try training.network.infer(volumes, shape: Self.shape).allSatisfy { $0.isNaN })
    }

    @Test("A network heals when a sound state is restored")
    func restore() throws {
        let training = try Self.makeTraining(true)
        let sound = training.export()
        let volumes = Reference.pattern(Self.shape.count, salt: 1)
        let targets = [Float](repeating: 0, count: Self.shape.count)
        let expected = try training.pass(volumes: volumes, targets: targets, shape: Self.shape)
        var broken = sound
        let index = try #require(sound.arrays.firstIndex { $0.name == "encoder.0.norm1.running_mean" })
        broken.arrays[index] = NamedArray(
            name: sound.arrays[index].name, shape: [8], values: [0, 0, 0, .nan, 0, 0, 0, 0])
        try training.restore(broken)
        #expect(try training.network.infer(volumes, shape: Self.shape).allSatisfy { $0.isNaN })
        try training.restore(sound)
        let again = try training.pass(volumes: volumes, targets: targets, shape: Self.shape)
        #expect(again.bitPattern == expected.bitPattern)
    }
}
