import TensorEngine
import Testing

@Suite("Layers beside PyTorch")
struct LayerReferenceTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let shape: [Int]
        let output: Reference.Sample
        let inputGradient: Reference.Sample
        let parameterGradients: [String: Reference.Sample]
        let buffers: [String: Reference.Sample]
        var testDescription: String { name }
    }

    static let layers: [String: LayerProbe.Layer] = [
        "convolution 1 to 8": .convolution(outputs: 8, kernel: 3, bias: false, rectified: false),
        "convolution 8 to 8": .convolution(outputs: 8, kernel: 3, bias: false, rectified: false),
        "convolution 16 to 8": .convolution(outputs: 8, kernel: 3, bias: false, rectified: false),
        "convolution 8 to 16 with bias": .convolution(outputs: 16, kernel: 3, bias: true, rectified: false),
        "convolution 16 to 8 with bias and relu": .convolution(outputs: 8, kernel: 3, bias: true, rectified: true),
        "convolution 3 to 5 with bias and relu": .convolution(outputs: 5, kernel: 3, bias: true, rectified: true),
        "convolution 16 to 2 of kernel 1": .convolution(outputs: 2, kernel: 1, bias: true, rectified: false),
        "transposed convolution 16 to 8": .transposedConvolution(outputs: 8),
        "transposed convolution 6 to 3": .transposedConvolution(outputs: 3),
        "batch normalization of 8": .batchNormalization(rectified: false),
        "batch normalization of 5 with relu": .batchNormalization(rectified: true),
        "max pool of 8": .maxPool,
    ]

    @Test(
        "Output, gradients and statistics agree with PyTorch's", arguments: try Reference.load("layers", as: Case.self))
    func agrees(reference: Case) throws {
        let layer = try #require(Self.layers[reference.name])
        let sizes = reference.shape
        let shape = VolumeShape(batch: sizes[0], channels: sizes[1], depth: sizes[2], height: sizes[3], width: sizes[4])
        let probe = LayerProbe(layer, inputShape: shape, engine: try ComputeEngine(threadCount: 1))
        let sorted = probe.parameterShapes.sorted { $0.name < $1.name }
        var parameters = sorted.enumerated().map { index, item in
            let count = item.shape.reduce(1, *)
            return NamedArray(name: item.name, shape: item.shape, values: Reference.pattern(count, salt: 10 + index))
        }
        let channels = [shape.channels]
        let zeros = [Float](repeating: 0, count: shape.channels)
        parameters.append(NamedArray(name: "layer.running_mean", shape: channels, values: zeros))
        parameters.append(NamedArray(name: "layer.running_var", shape: channels, values: zeros.map { _ in 1 }))

        let result = try probe.run(
            Reference.pattern(shape.count, salt: 1), parameters: parameters,
            outputGradient: Reference.pattern(reference.output.count, salt: 2))
        reference.output.expect(result.output, tolerance: 2e-5, "output")
        reference.inputGradient.expect(result.inputGradient, tolerance: 5e-5, "input gradient")
        #expect(result.parameterGradients.count == reference.parameterGradients.count)
        for gradient in result.parameterGradients {
            let expected = try #require(reference.parameterGradients[String(gradient.name.dropFirst("layer.".count))])
            expected.expect(gradient.values, tolerance: 5e-5, gradient.name)
        }
        for statistic in result.statistics {
            let expected = try #require(reference.buffers[String(statistic.name.dropFirst("layer.".count))])
            expected.expect(statistic.values, tolerance: 5e-5, statistic.name)
        }
    }
}
