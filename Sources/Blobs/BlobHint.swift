/// A hint about the bytes of a `put`.
package enum BlobHint: Sendable, CaseIterable {
    /// Nothing: safetensors files are known by their header, floating-point numbers by a sample of each frame.
    case unknown
    /// Text or something already compressed: no search for floating-point numbers or tensors.
    case opaque
}
