import Crypto

/// The SHA-256 of bytes that events name, written `sha256:` and 64 hexadecimal digits as the log's payloads write it.
package struct BlobDigest: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package let hex: String

    private static let prefix = "sha256:"

    /// The digest of `content`.
    package init(hashing content: [UInt8]) { hex = Hex.encode(SHA256.hash(data: content)) }

    /// The digest that `text` spells; nil for any other spelling.
    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix(BlobDigest.prefix) else { return nil }
        let digits = text.dropFirst(BlobDigest.prefix.count)
        guard digits.utf8.count == 64, Hex.decode(digits) != nil else { return nil }
        hex = String(digits)
    }

    package var description: String { BlobDigest.prefix + hex }

    /// True when `payload` has the digest's text in it.
    func isNamed(in payload: [UInt8]) -> Bool { payload.firstRange(of: Array(description.utf8)) != nil }

    package static func < (left: BlobDigest, right: BlobDigest) -> Bool { left.hex < right.hex }
}
