/// The numbers of the pack format, which the article <doc:PackFormat> describes byte by byte.
enum PackFormat {
    /// The first eight bytes of every pack.
    static let magic: [UInt8] = Array("PIVOTBLB".utf8)
    /// The version that this code writes.
    static let version: UInt8 = 2
    /// The versions that it reads. In the first one no frame has a base.
    static let versions: ClosedRange<UInt8> = 1...version
    /// The most packs that the frames of one lean on, one after the other.
    static let maximumBaseCount = 2
    /// The header: magic, version, frame size, zeros.
    static let headerByteCount = 16
    /// One row of the table.
    static let rowByteCount = 24
    /// One digest of the list of tensors.
    static let digestByteCount = 32
    /// The footer: content size, table offset, counts, content digest, checksum.
    static let footerByteCount = 64
    /// Set in the number of tensors of a bundle.
    static let bundleFlag: UInt32 = 1 << 31
    /// The frame size as a power of two.
    static let frameSizeExponent: UInt8 = 20
    /// The most bytes of content in a frame: 1 MiB.
    static let frameByteCount = 1 << 20
    /// The bytes that a pack takes beside its frames when it has no row.
    static let fixedByteCount = headerByteCount + footerByteCount

    /// The header's bytes.
    static func header(version: UInt8 = version) -> [UInt8] {
        magic + [version, frameSizeExponent] + [UInt8](repeating: 0, count: 6)
    }
}
