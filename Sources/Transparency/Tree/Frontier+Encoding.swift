/// The reason that some bytes are not a frontier.
package enum FrontierError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There are no bytes, or fewer than version and size take.
    case tooShort(byteCount: Int)
    /// Written by a later release.
    case unknownVersion(UInt8)
    /// The number of bytes is not the one that its size asks for.
    case length(size: UInt64, byteCount: Int, expected: Int)

    package var description: String {
        switch self {
        case .tooShort(let byteCount): "A frontier has 9 bytes at least, and this one has \(byteCount)."
        case .unknownVersion(let version):
            "The frontier has version \(version), which was written by a later release; this one knows version 1."
        case .length(let size, let byteCount, let expected):
            "The frontier of a tree of \(size) leaves has \(expected) bytes, and this one has \(byteCount)."
        }
    }
}

extension Frontier {
    /// The first byte of the encoded form.
    static let version: UInt8 = 1
    private static let prefixByteCount = 9

    /// The frontier as bytes: the version (1), the size as a big-endian integer (8), and the roots from left to right,
    /// 32 bytes each.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = [Frontier.version]
        bytes.reserveCapacity(Frontier.prefixByteCount + TreeHash.byteCount * roots.count)
        withUnsafeBytes(of: size.bigEndian) { bytes.append(contentsOf: $0) }
        for root in roots { root.withBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// The frontier that `bytes` encode.
    package init(encoded bytes: UnsafeRawBufferPointer) throws(FrontierError) {
        guard let version = bytes.first else { throw .tooShort(byteCount: 0) }
        guard version == Frontier.version else { throw .unknownVersion(version) }
        guard bytes.count >= Frontier.prefixByteCount else { throw .tooShort(byteCount: bytes.count) }
        let size = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
        let expected = Frontier.prefixByteCount + TreeHash.byteCount * size.nonzeroBitCount
        guard bytes.count == expected else {
            throw .length(size: size, byteCount: bytes.count, expected: expected)
        }
        let roots = stride(from: Frontier.prefixByteCount, to: expected, by: TreeHash.byteCount).compactMap { start in
            TreeHash(bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<start + TreeHash.byteCount]))
        }
        self.init(size: size, roots: roots)
    }

    /// The frontier that `bytes` encode.
    package init(encoded bytes: [UInt8]) throws(FrontierError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(FrontierError) in try Frontier(encoded: buffer) }
        }
        self = try result.get()
    }
}
