/// The sizes of a 3D U-Net.
package struct UNet3DConfiguration: Equatable, Sendable {
    /// Channels of the input volumes.
    package var inputChannels: Int
    /// Channels of the logits: 1 for a sigmoid head, the number of classes for a softmax head.
    package var outputChannels: Int
    /// Channels of the first level; each level below has twice as many.
    package var initialFeatures: Int
    /// The number of poolings: 1 to 6. Patch sizes must be multiples of 2^depth.
    package var depth: Int
    /// Whether a batch normalization follows every 3x3x3 convolution (which then has no bias).
    package var batchNormalization: Bool
    /// The probability that an element is dropped at the end of every block below the first level; 0 for none.
    package var dropout: Float

    package init(
        inputChannels: Int = 1, outputChannels: Int = 1, initialFeatures: Int = 8, depth: Int = 3,
        batchNormalization: Bool = true, dropout: Float = 0
    ) {
        self.inputChannels = inputChannels
        self.outputChannels = outputChannels
        self.initialFeatures = initialFeatures
        self.depth = depth
        self.batchNormalization = batchNormalization
        self.dropout = dropout
    }

    /// Throws `.invalidArgument` naming the first value outside its range.
    package func validate() throws(TensorEngineError) {
        try Self.require(inputChannels, in: 1...64, "in_channels")
        try Self.require(outputChannels, in: 1...64, "out_channels")
        try Self.require(initialFeatures, in: 1...256, "init_features")
        try Self.require(depth, in: 1...6, "depth")
        guard dropout >= 0, dropout < 1 else {
            throw .invalidArgument("dropout is \(dropout); it must be at least 0 and below 1")
        }
    }

    /// Throws `.invalidArgument` unless the network takes volumes of `shape`.
    package func validate(_ shape: VolumeShape) throws(TensorEngineError) {
        let multiple = 1 << depth
        guard shape.channels == inputChannels else {
            throw .invalidArgument("the input has \(shape.channels) channels; the network takes \(inputChannels)")
        }
        guard shape.batch >= 1, shape.depth >= 1, shape.height >= 1, shape.width >= 1,
            shape.depth % multiple == 0, shape.height % multiple == 0, shape.width % multiple == 0
        else {
            throw .invalidArgument(
                "a patch of \(shape.depth) x \(shape.height) x \(shape.width) does not fit a network of depth "
                    + "\(depth): each size must be a positive multiple of \(multiple), and the batch at least 1")
        }
    }

    /// Channels at `level`, the bottleneck being level `depth`.
    package func features(at level: Int) -> Int { initialFeatures << level }

    private static func require(_ value: Int, in range: ClosedRange<Int>, _ name: String) throws(TensorEngineError) {
        guard range.contains(value) else {
            throw .invalidArgument("\(name) is \(value); it must be in \(range.lowerBound)...\(range.upperBound)")
        }
    }
}
