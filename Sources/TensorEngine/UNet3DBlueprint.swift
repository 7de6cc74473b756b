/// The names and shapes of a network's arrays, in the order they are stored, and their first values.
enum UNet3DBlueprint {
    /// How an array begins.
    enum Start {
        /// Normal with variance 2 / fanIn (He et al., 2015), for weights a ReLU follows.
        case kaimingNormal(fanIn: Int)
        /// Uniform within ±1 / sqrt(fanIn), for the other weights.
        case uniform(fanIn: Int)
        case zeros
        case ones
    }

    struct Array {
        let name: String
        let shape: [Int]
        let start: Start
    }

    static func trainable(_ configuration: UNet3DConfiguration) -> [Array] {
        var arrays: [Array] = []
        for (name, inputs, outputs) in blocks(configuration) {
            arrays += convolution("\(name).conv1", inputs, outputs, bias: !configuration.batchNormalization)
            arrays += convolution("\(name).conv2", outputs, outputs, bias: !configuration.batchNormalization)
            guard configuration.batchNormalization else { continue }
            for norm in ["norm1", "norm2"] {
                arrays.append(Array(name: "\(name).\(norm).weight", shape: [outputs], start: .ones))
                arrays.append(Array(name: "\(name).\(norm).bias", shape: [outputs], start: .zeros))
            }
        }
        for level in 0..<configuration.depth {
            let (inputs, outputs) = (configuration.features(at: level + 1), configuration.features(at: level))
            arrays.append(
                Array(name: "up.\(level).weight", shape: [inputs, outputs, 2, 2, 2], start: .uniform(fanIn: inputs)))
            arrays.append(Array(name: "up.\(level).bias", shape: [outputs], start: .zeros))
        }
        let (inputs, outputs) = (configuration.initialFeatures, configuration.outputChannels)
        arrays.append(Array(name: "head.weight", shape: [outputs, inputs, 1, 1, 1], start: .uniform(fanIn: inputs)))
        arrays.append(Array(name: "head.bias", shape: [outputs], start: .zeros))
        return arrays
    }

    static func statistics(_ configuration: UNet3DConfiguration) -> [Array] {
        guard configuration.batchNormalization else { return [] }
        return blocks(configuration).flatMap { name, _, outputs in
            ["norm1", "norm2"].flatMap { norm in
                [
                    Array(name: "\(name).\(norm).running_mean", shape: [outputs], start: .zeros),
                    Array(name: "\(name).\(norm).running_var", shape: [outputs], start: .ones),
                ]
            }
        }
    }

    /// Fills `storage` with the first values of `arrays`; array number i draws from step i of the initialization stream.
    static func initialize(
        _ arrays: [Array], _ slots: [ParameterStore.Slot], in storage: Storage, seed: UInt64
    ) {
        for (index, (array, slot)) in zip(arrays, slots).enumerated() {
            var random = Philox(seed: seed, purpose: .initialization, step: UInt64(index))
            let target = UnsafeMutableBufferPointer(start: storage.pointer + slot.offset, count: slot.count)
            switch array.start {
            case .zeros: target.update(repeating: 0)
            case .ones: target.update(repeating: 1)
            case .kaimingNormal(let fanIn):
                let deviation = (2 / Double(fanIn)).squareRoot()
                for element in target.indices { target[element] = Float(random.normal() * deviation) }
            case .uniform(let fanIn):
                let bound = 1 / Float(fanIn).squareRoot()
                for element in target.indices { target[element] = random.uniform(in: -bound..<bound) }
            }
        }
    }

    private static func convolution(_ name: String, _ inputs: Int, _ outputs: Int, bias: Bool) -> [Array] {
        let weight = Array(
            name: "\(name).weight", shape: [outputs, inputs, 3, 3, 3], start: .kaimingNormal(fanIn: inputs * 27))
        return bias ? [weight, Array(name: "\(name).bias", shape: [outputs], start: .zeros)] : [weight]
    }

    private static func blocks(_ configuration: UNet3DConfiguration) -> [(name: String, inputs: Int, outputs: Int)] {
        let depth = configuration.depth
        let encoder = (0..<depth).map { level in
            (
                "encoder.\(level)", level == 0 ? configuration.inputChannels : configuration.features(at: level - 1),
                configuration.features(at: level)
            )
        }
        let bottleneck = [("bottleneck", configuration.features(at: depth - 1), configuration.features(at: depth))]
        let decoder = (0..<depth).map { level in
            ("decoder.\(level)", 2 * configuration.features(at: level), configuration.features(at: level))
        }
        return encoder + bottleneck + decoder
    }
}
