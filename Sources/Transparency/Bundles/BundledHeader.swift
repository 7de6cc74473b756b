import Crypto

/// What a record's header says, as far as a bundle's reader needs it. The format is documented with the log, in its
/// article *The format of a record*.
package struct BundledHeader: Hashable, Sendable {
    package let position: UInt64
    /// The number in the stream, from 1.
    package let version: UInt64
    /// Microseconds since 1970.
    package let recordedAt: Int64
    package let stream: String
    package let type: String
    /// The length of the payload before compression, in bytes.
    package let payloadByteCount: Int
    private let payloadDigest: [UInt8]

    /// When the log from which the record was imported recorded it; nil when it was not imported.
    package let originallyRecordedAt: Int64?

    /// Nil when `bytes` are not one header of format 1, or 2 for an imported record, and nothing else.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= 88, bytes.count <= 4096, (1...2).contains(bytes[0]), bytes[1] & 0xE0 == 0,
            bytes[1] & 0x0F <= 1
        else { return nil }
        func integer(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        let isImported = bytes[0] == 2
        let textStart = 88 + (bytes[1] & 0x10 == 0 ? 0 : 8) + (isImported ? 8 : 0)
        let textCounts = bytes[4..<8].map { Int($0) }
        let byteCount = textStart + textCounts.reduce(0, +)
        guard Int(integer(2..<4)) == byteCount, bytes.count == byteCount,
            let stream = String(validating: bytes[textStart..<textStart + textCounts[0]], as: UTF8.self),
            let type = String(
                validating: bytes[textStart + textCounts[0]..<textStart + textCounts[0] + textCounts[1]],
                as: UTF8.self)
        else { return nil }
        position = integer(8..<16)
        version = integer(16..<24)
        recordedAt = Int64(bitPattern: integer(24..<32))
        originallyRecordedAt = isImported ? Int64(bitPattern: integer(textStart - 8..<textStart)) : nil
        payloadByteCount = Int(integer(36..<40))
        payloadDigest = Array(bytes[56..<88])
        self.stream = stream
        self.type = type
    }

    /// True when the payload's digest is that of `content`.
    package func matches(_ content: AuditBundle.Content) -> Bool {
        var hasher = SHA256()
        hasher.update(data: content.salt)
        hasher.update(data: content.payload)
        return Array(hasher.finalize()) == payloadDigest
    }
}
