/// Lays the layers of a 3D U-Net through a plan builder.
struct UNet3DLayers {
    let configuration: UNet3DConfiguration
    let builder: PlanBuilder
    let dropout: DropoutSource
    private var dropoutLayer = 0

    init(configuration: UNet3DConfiguration, builder: PlanBuilder, dropout: DropoutSource) {
        self.configuration = configuration
        self.builder = builder
        self.dropout = dropout
    }

    /// From the input to the logits.
    mutating func build(_ input: Activation) throws(TensorEngineError) -> Activation {
        let depth = configuration.depth
        var current = input
        var skips: [Activation] = []
        for level in 0..<depth {
            let skip = try block("encoder.\(level)", current, level: level, isFirst: level == 0)
            skips.append(skip)
            retire(current, unless: level == 0)
            current = try builder.maxPool("pool.\(level)", skip)
        }
        let pooled = current
        current = try block("bottleneck", pooled, level: depth)
        retire(pooled)
        for level in (0..<depth).reversed() {
            let lower = current
            let joined = try builder.upsample(
                "up.\(level)", lower, outputs: configuration.features(at: level), joining: skips[level])
            retire(lower)
            retire(skips[level])
            current = try block("decoder.\(level)", joined, level: level)
            retire(joined)
        }
        return try builder.convolution("head", current, outputs: configuration.outputChannels, kernel: 1, bias: true)
    }

    /// Twice: convolution, batch normalization if configured, ReLU; then dropout below the first level.
    private mutating func block(_ name: String, _ input: Activation, level: Int, isFirst: Bool = false)
        throws(TensorEngineError) -> Activation
    {
        let features = configuration.features(at: level)
        let middle = try layer(name, 1, input, features, needsInputGradient: !isFirst)
        let output = try layer(name, 2, middle, features, needsInputGradient: true)
        retire(middle)
        if level > 0, configuration.dropout > 0 {
            try builder.dropout(
                output, probability: configuration.dropout, layer: dropoutLayer, random: dropout)
            dropoutLayer += 1
        }
        return output
    }

    private func layer(
        _ block: String, _ number: Int, _ input: Activation, _ features: Int, needsInputGradient: Bool
    ) throws(TensorEngineError) -> Activation {
        let normalized = configuration.batchNormalization
        let result = try builder.convolution(
            "\(block).conv\(number)", input, outputs: features, kernel: 3, bias: !normalized, rectified: !normalized,
            needsInputGradient: needsInputGradient)
        guard normalized else { return result }
        return try builder.batchNormalization("\(block).norm\(number)", result, rectified: true)
    }

    /// In inference, lets later layers use the memory of one that no layer reads any more.
    private func retire(_ activation: Activation, unless kept: Bool = false) {
        guard builder.mode == .inference, !kept else { return }
        builder.release(activation.tensor)
    }
}
