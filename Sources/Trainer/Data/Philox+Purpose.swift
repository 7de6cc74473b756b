package import TensorEngine

extension Philox.Purpose {
    /// The noise of generated volumes.
    package static let phantomNoise = Philox.Purpose(rawValue: 0x101)
    /// The division of scans into those to train and those to validate on.
    package static let scanDivision = Philox.Purpose(rawValue: 0x102)
}
