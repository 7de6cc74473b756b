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

    /// An id from its 16 bytes where they lie, at any alignment.
    ///
    /// - Precondition: there are exactly 16 bytes.
    package init(bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == EventID.byteCount)
        high = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// The 16 bytes, most significant first.
    package var bytes: [UInt8] { withBytes { Array($0) } }

    /// Returns what `body` makes of the 16 bytes, most significant first, which lie on the stack and end with the call.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBytes(of: (high.bigEndian, low.bigEndian), body)
    }

    package var description: String { "evt_" + withBytes { Hexadecimal.encode($0) } }
}
