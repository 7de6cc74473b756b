import TensorEngine
import Testing

@Suite("Gradients beside central differences")
struct GradientTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let layer: LayerProbe.Layer
        let shape: VolumeShape
        /// Half the distance of the two points a slope is taken between: small where the layer has kinks.
        let step: Float
        var testDescription: String { name }

        init(_ name: String, _ layer: LayerProbe.Layer, _ channels: Int, _ size: Int, step: Float = 0.01) {
            self.name = name
            self.layer = layer
            self.step = step
            shape = VolumeShape(batch: 2, channels: channels, depth: size, height: size + 2, width: size)
        }
    }

    static let cases = [
        Case("convolution 3 to 4", .convolution(outputs: 4, kernel: 3, bias: true, rectified: false), 3, 2),
        Case("convolution 8 to 8", .convolution(outputs: 8, kernel: 3, bias: false, rectified: false), 8, 4),
        Case("convolution 16 to 8", .convolution(outputs: 8, kernel: 3, bias: true, rectified: false), 16, 2),
        Case("convolution 16 to 16", .convolution(outputs: 16, kernel: 3, bias: false, rectified: false), 16, 2),
        Case(
            "rectified convolution", .convolution(outputs: 8, kernel: 3, bias: true, rectified: true), 8, 2, step: 0.001
        ),
        Case("convolution of kernel 1", .convolution(outputs: 3, kernel: 1, bias: true, rectified: false), 8, 2),
        Case("transposed convolution", .transposedConvolution(outputs: 8), 16, 2),
        Case("batch normalization", .batchNormalization(rectified: false), 8, 2),
        Case("rectified batch normalization", .batchNormalization(rectified: true), 3, 2, step: 0.001),
        Case("max pool", .maxPool, 8, 4, step: 0.001),
        Case("transposed convolution of odd widths", .transposedConvolution(outputs: 3), 5, 2),
        Case("joined upsampling", .pooledUpsampling(outputs: 4), 8, 4, step: 0.001),
        Case("dropout", .dropout(probability: 0.4, step: 3), 8, 2),
    ]

    @Test("A layer's gradients are the slopes of its output", arguments: cases)
    func layers(item: Case) throws {
        let probe = LayerProbe(item.layer, inputShape: item.shape, engine: try ComputeEngine(threadCount: 1))
        let input = Reference.pattern(item.shape.count, salt: 70, scale: 2)
        let parameters = Self.parameters(of: probe, channels: item.shape.channels)
        let direct = try probe.run(input, parameters: parameters, outputGradient: nil)
        let weights = Reference.pattern(direct.output.count, salt: 71)
        let result = try probe.run(input, parameters: parameters, outputGradient: weights)

        func value(_ input: [Float], _ parameters: [NamedArray]) throws -> Double {
            let output = try probe.run(input, parameters: parameters, outputGradient: weights).output
            return zip(output, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        try Self.compare(result.inputGradient, at: input, every: 61, step: item.step, "input") {
            try value($0, parameters)
        }
        for gradient in result.parameterGradients {
            let index = try #require(parameters.firstIndex { $0.name == gradient.name })
            let stride = max(gradient.values.count / 8, 1)
            try Self.compare(
                gradient.values, at: parameters[index].values, every: stride, step: item.step, gradient.name
            ) { values in
                var changed = parameters
                changed[index] = NamedArray(name: gradient.name, shape: gradient.shape, values: values)
                return try value(input, changed)
            }
        }
    }

    @Test("A whole network's gradients are the slopes of its loss", arguments: [true, false])
    func network(batchNormalization: Bool) throws {
        let engine = try ComputeEngine(threadCount: 1)
        let configuration = UNet3DConfiguration(
            initialFeatures: 3, depth: 2, batchNormalization: batchNormalization, dropout: 0.2)
        let shape = VolumeShape(batch: 2, channels: 1, depth: 8, height: 4, width: 8)
        let volumes = Reference.pattern(shape.count, salt: 80, scale: 4)
        let targets = Reference.pattern(shape.count, salt: 81).map { $0 > 0.2 ? Float(1) : 0 }
        let network = try UNet3D(configuration, seed: 4, engine: engine)
        let training = try UNet3DTraining(network, .init(loss: .weightedBinaryCrossEntropy(positiveWeight: 2)))
        let start = training.export()
        _ = try training.pass(volumes: volumes, targets: targets, shape: shape)
        let gradients = network.exportGradients()
        // Rounding of the loss and kinks of many ReLUs blur single slopes, so an array's slopes are judged together.
        let blur = 0.01 * Double(gradients.flatMap(\.values).map(abs).max() ?? 0)
        for gradient in gradients {
            let array = try #require(start.arrays.firstIndex { $0.name == gradient.name })
            let point = start.arrays[array].values
            func loss(_ values: [Float]) throws -> Double {
                var changed = start
                changed.arrays[array] = NamedArray(name: gradient.name, shape: gradient.shape, values: values)
                try training.restore(changed)
                return try training.pass(volumes: volumes, targets: targets, shape: shape)
            }
            var (difference, magnitude, count) = (0.0, 0.0, 0)
            for index in stride(from: 0, to: point.count, by: max(point.count / 6, 1)) {
                var (above, below) = (point, point)
                above[index] += 0.001
                below[index] -= 0.001
                let slope = try (loss(above) - loss(below)) / Double(above[index] - below[index])
                difference += (slope - Double(gradient.values[index])) * (slope - Double(gradient.values[index]))
                magnitude += Double(gradient.values[index]) * Double(gradient.values[index])
                count += 1
            }
            let root = Double(count).squareRoot()
            #expect(
                difference.squareRoot() <= 0.05 * magnitude.squareRoot() + blur * root,
                "\(gradient.name): \(difference.squareRoot()) beside \(magnitude.squareRoot())")
        }
    }

    /// Compares `gradient` with the slope of `value` at every `stride`th element. The slope is taken with two steps; what the
    /// two differ by, as at the kink of a ReLU, is added to the tolerance.
    private static func compare(
        _ gradient: [Float], at point: [Float], every stride: Int, step: Float, _ what: String,
        value: ([Float]) throws -> Double
    ) throws {
        let scale = Double(gradient.map(abs).max() ?? 0)
        var certain = 0
        for index in Swift.stride(from: 0, to: point.count, by: stride) {
            func slope(_ step: Float) throws -> Double {
                var (above, below) = (point, point)
                above[index] += step
                below[index] -= step
                return try (value(above) - value(below)) / Double(above[index] - below[index])
            }
            let (wide, narrow) = (try slope(2 * step), try slope(step))
            let uncertainty = abs(wide - narrow)
            if uncertainty < 0.02 * scale { certain += 1 }
            #expect(
                abs(narrow - Double(gradient[index])) <= 0.02 * scale + 2 * uncertainty + 1e-6,
                "\(what), element \(index): \(narrow) by differences, \(gradient[index]) by the layer")
        }
        #expect(certain > 0, "\(what): no element had a certain slope")
    }

    static func parameters(of probe: LayerProbe, channels: Int) -> [NamedArray] {
        var arrays = probe.parameterShapes.enumerated().map { index, item in
            let count = item.shape.reduce(1, *)
            return NamedArray(name: item.name, shape: item.shape, values: Reference.pattern(count, salt: 72 + index))
        }
        let ones = [Float](repeating: 1, count: channels)
        arrays.append(NamedArray(name: "layer.running_mean", shape: [channels], values: ones))
        arrays.append(NamedArray(name: "layer.running_var", shape: [channels], values: ones))
        return arrays
    }
}
