package import TensorEngine

extension Philox.Purpose {
    /// The noise of generated volumes.
    package static let phantomNoise = Philox.Purpose(rawValue: 0x101)
}
