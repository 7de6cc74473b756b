/// The amount that a redaction takes away.
package struct RedactionCount: Sendable, Equatable {
    /// The records that lose content.
    package var recordCount = 0
    /// The bytes of their payloads, uncompressed, less those that are left.
    package var byteCount = 0

    package init() {}

    mutating func add(_ other: RedactionCount) {
        recordCount += other.recordCount
        byteCount += other.byteCount
    }
}
