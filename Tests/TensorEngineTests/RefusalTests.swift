import TensorEngine
import Testing

@Suite("Refusals")
struct RefusalTests {
    static func network() throws -> UNet3D {
        try UNet3D(
            UNet3DConfiguration(initialFeatures: 2, depth: 2), seed: 1, engine: ComputeEngine(threadCount: 1))
    }

    @Test("A configuration out of range names the value")
    func configuration() throws {
        for (configuration, name) in [
            (UNet3DConfiguration(inputChannels: 0), "in_channels"), (UNet3DConfiguration(depth: 9), "depth"),
            (UNet3DConfiguration(initialFeatures: 0), "init_features"), (UNet3DConfiguration(dropout: 1), "dropout"),
        ] {
            let error = try #require(throws: TensorEngineError.self) { try configuration.validate() }
            #expect(error.description.contains(name))
        }
    }

    @Test("A patch that cannot be halved often enough says what would fit")
    func patch() throws {
        let network = try Self.network()
        let shape = VolumeShape(batch: 1, channels: 1, depth: 6, height: 8, width: 8)
        let volume = [Float](repeating: 0, count: shape.count)
        let error = try #require(throws: TensorEngineError.self) { try network.infer(volume, shape: shape) }
        #expect(error.description.contains("multiple of 4"))
    }

    @Test("Too few volumes are refused")
    func count() throws {
        let network = try Self.network()
        let shape = VolumeShape(batch: 1, channels: 1, depth: 8, height: 8, width: 8)
        #expect(throws: TensorEngineError.invalidArgument("5 volumes were given; the shape needs 512")) {
            try network.infer([1, 2, 3, 4, 5], shape: shape)
        }
    }

    @Test("A state with a missing or misshapen array is refused and changes nothing")
    func state() throws {
        let training = try UNet3DTraining(Self.network(), .init(loss: .focal(alpha: 0.25, gamma: 2)))
        let start = training.export()
        for name in ["head.bias", "encoder.0.norm1.running_var", "optimizer.exp_avg_sq.head.bias"] {
            var missing = start
            missing.arrays = missing.arrays.map {
                NamedArray(name: $0.name, shape: $0.shape, values: $0.values.map { $0 + 1 })
            }
            var misshapen = missing
            let index = try #require(missing.arrays.firstIndex { $0.name == name })
            misshapen.arrays[index] = NamedArray(name: name, shape: [3], values: [1, 2, 3])
            missing.arrays.remove(at: index)
            for state in [missing, misshapen] {
                let error = try #require(throws: TensorEngineError.self) { try training.restore(state) }
                #expect(error.description.contains(name))
                #expect(training.export() == start)
            }
        }
    }

    @Test("A refusal of oneDNN names the primitive and its status")
    func library() throws {
        // A pooling of an odd size has no shape oneDNN accepts.
        let shape = VolumeShape(batch: 1, channels: 1, depth: 1, height: 1, width: 1)
        let probe = LayerProbe(.maxPool, inputShape: shape, engine: try ComputeEngine(threadCount: 1))
        let error = try #require(throws: TensorEngineError.self) {
            try probe.run([1], parameters: [], outputGradient: nil)
        }
        guard case .library(let primitive, _, let status) = error else {
            Issue.record("another error: \(error)")
            return
        }
        #expect(primitive.contains("layer"))
        #expect(status == "invalid_arguments")
    }

    @Test("The engine tells version, instruction set and threads, and refuses no threads")
    func engine() throws {
        let report = try ComputeEngine(threadCount: 2).report
        #expect(report.threadCount == 2)
        #expect(report.libraryVersion.split(separator: ".").count == 3)
        #expect(!report.instructionSet.isEmpty)
        #expect(throws: TensorEngineError.self) { try ComputeEngine(threadCount: 0) }
    }

    @Test("A network's arrays have PyTorch's names and shapes")
    func names() throws {
        let network = try Self.network()
        let shapes = Dictionary(
            uniqueKeysWithValues: (network.exportParameters() + network.exportBuffers()).map { ($0.name, $0.shape) })
        #expect(shapes["encoder.1.conv1.weight"] == [4, 2, 3, 3, 3])
        #expect(shapes["up.0.weight"] == [4, 2, 2, 2, 2])
        #expect(shapes["decoder.0.conv1.weight"] == [2, 4, 3, 3, 3])
        #expect(shapes["bottleneck.norm2.running_var"] == [8])
        #expect(shapes["head.bias"] == [1])
        #expect(shapes["encoder.0.conv1.bias"] == nil)
        #expect(network.parameterCount == network.exportParameters().reduce(0) { $0 + $1.values.count })
    }
}
