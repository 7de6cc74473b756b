/// The reason that bytes could not be compressed or decompressed.
package enum ZstandardError: Error, Equatable, CustomStringConvertible {
    /// The bytes are not Zstandard frames, or are damaged; the text is the library's reason.
    case malformed(reason: String)
    /// The content would be larger than the caller allows; nothing beyond the maximum was written.
    case tooLarge(maximumByteCount: Int)
    /// The destination is smaller than the compressed bytes.
    case destinationTooSmall(byteCount: Int)
    /// The library could not allocate its working memory.
    case outOfMemory

    package var description: String {
        switch self {
        case .malformed(let reason):
            "The bytes cannot be decompressed: \(reason). They are not Zstandard data or were damaged; read them again."
        case .tooLarge(let maximum):
            "The content is larger than the \(maximum) bytes allowed here. Raise the limit if it is trusted."
        case .destinationTooSmall(let byteCount):
            "The compressed bytes do not fit into \(byteCount) bytes. Use a buffer of `compressionBound` bytes."
        case .outOfMemory:
            "There is not enough memory for the compressor. Free some, or do less at once."
        }
    }
}
