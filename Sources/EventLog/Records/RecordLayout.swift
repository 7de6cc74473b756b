/// The offsets and limits of a record; see the article on the record format.
enum RecordLayout {
    /// The format of most records.
    static let format: UInt8 = 1
    /// The format of imported records, whose header also says when they were recorded first. Releases before it refuse the
    /// log by this byte.
    static let importedFormat: UInt8 = 2
    /// Payloads from this size on are compressed when that makes them smaller.
    static let compressionThreshold = 4096
    static let compressionLevel = 1

    static let position = 8
    static let version = 16
    static let recordedAt = 24
    static let schemaVersion = 32
    static let payloadByteCount = 36
    static let eventID = 40
    static let payloadDigest = 56
    static let fixedByteCount = 88

    static let codecMask: UInt8 = 0x0F
    static let occurredAtFlag: UInt8 = 0x10
    static let knownFlags: UInt8 = 0x1F

    /// The bytes of the times behind the fixed part: when it happened, and of imported records when they were recorded first.
    static func timesByteCount(hasOccurredAt: Bool, isImported: Bool) -> Int {
        (hasOccurredAt ? 8 : 0) + (isImported ? 8 : 0)
    }

    static let checkByteCount = 8
    static let saltByteCount = 16
    /// State and length of the stored payload.
    static let bodyPrefixByteCount = 5
    /// The position of the event that redacted a body, in the place of the salt.
    static let redactionByteCount = 8

    /// The form in which a payload is stored.
    enum Codec: UInt8 {
        case stored = 0
        case zstandard = 1
    }

    /// The state of a body.
    enum BodyState: UInt8 {
        case present = 0
        case redacted = 1
    }
}
