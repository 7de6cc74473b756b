/// The identity of an event, derived from its command; the same command sent again names the same events.
package struct EventID: Hashable, Sendable, CustomStringConvertible {
    package static let byteCount = 16

    private let high: UInt64
    private let low: UInt64

    /// - Precondition: there are exactly 16 bytes.
    package init(bytes: some Collection<UInt8>) {
        precondition(bytes.count == EventID.byteCount)
        func word(_ bytes: some Collection<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        high = word(bytes.prefix(8))
        low = word(bytes.dropFirst(8))
    }

    /// The 16 bytes, most significant first.
    package var bytes: [UInt8] {
        [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } }
    }

    package var description: String { "evt_" + Hexadecimal.encode(bytes) }
}
