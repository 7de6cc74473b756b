/// The numbers of the pack format, which the article <doc:PackFormat> describes byte by byte.
enum PackFormat {
    /// The first eight bytes of every pack.
    static let magic: [UInt8] = Array("PIVOTBLB".utf8)
    /// The version that this code writes, and the only one it reads.
    static let version: UInt8 = 1
    /// The header: magic, version, frame size, zeros.
    static let headerByteCount = 16
    /// One row of the table.
    static let rowByteCount = 24
    /// One digest of the list of tensors.
    static let digestByteCount = 32
    /// The footer: content size, table offset, counts, content digest, checksum.
    static let footerByteCount = 64
    /// The frame size as a power of two.
    static let frameSizeExponent: UInt8 = 20
    /// The most bytes of content in a frame: 1 MiB.
    static let frameByteCount = 1 << 20
    /// The bytes that a pack takes beside its frames when it has no row.
    static let fixedByteCount = headerByteCount + footerByteCount

    /// The header's bytes.
    static var header: [UInt8] {
        magic + [version, frameSizeExponent] + [UInt8](repeating: 0, count: 6)
    }
}
