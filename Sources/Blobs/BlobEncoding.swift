/// The form in which a blob's bytes lie in the store. It says nothing about what they are and may differ between stores.
package enum BlobEncoding: String, Sendable, CaseIterable {
    /// As they came.
    case raw
    /// Frames of Zstandard.
    case zstandard
    /// Floating-point numbers split into byte planes, then Zstandard.
    case planes
    /// By reference to tensors that are stored once each.
    case tensors
    /// By reference to chunks that are stored once each.
    case chunks
}
