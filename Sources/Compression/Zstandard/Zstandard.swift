/// Zstandard compression for callers who have no context to keep.
///
/// Each call makes a context of its own; whoever compresses often keeps a `ZstandardCompressor` instead.
package enum Zstandard {
    /// The compressed form of `bytes` at `level`, one frame that states its content's size.
    package static func compress(_ bytes: some Collection<UInt8>, level: Int) throws(ZstandardError) -> [UInt8] {
        var compressor = try ZstandardCompressor()
        return try compressor.compress(bytes, level: level)
    }

    /// The content of `bytes`, at most `maximumByteCount` bytes.
    ///
    /// Throws `.tooLarge` for more, without allocating more, and `.malformed` for damaged or incomplete frames.
    package static func decompress(
        _ bytes: some Collection<UInt8>, maximumByteCount: Int
    ) throws(ZstandardError) -> [UInt8] {
        var decompressor = try ZstandardDecompressor()
        return try decompressor.decompress(bytes, maximumByteCount: maximumByteCount)
    }
}
