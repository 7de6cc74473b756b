import SwiftProtobuf

/// Reads `EventRecord` messages, each behind its length as a varint, from bytes that come in pieces.
package struct DelimitedRecords: Sendable {
    /// The bytes are no such messages.
    package struct Malformed: Error {}

    /// The most bytes of a message: a payload is at most 256 KiB, and the rest a few hundred bytes.
    private static let maximumByteCount = 1 << 20

    private var bytes: [UInt8] = []
    /// Where the next message begins.
    private var start = 0

    package init() {}

    /// True when every message that began has been read.
    package var isComplete: Bool { start == bytes.count }

    package mutating func add(_ piece: some Sequence<UInt8>) {
        if start > 0 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: piece)
    }

    /// The next message; nil until more bytes come.
    package mutating func next() throws(Malformed) -> EventRecord? {
        var length = 0
        for (place, byte) in bytes[start...].prefix(4).enumerated() {
            length |= Int(byte & 0x7F) << (7 * place)
            guard byte < 0x80 else { continue }
            guard length <= Self.maximumByteCount else { throw Malformed() }
            let first = start + place + 1
            guard first + length <= bytes.count else { return nil }
            do {
                let record = try EventRecord(serializedBytes: Array(bytes[first..<first + length]))
                start = first + length
                return record
            } catch {
                throw Malformed()
            }
        }
        guard bytes.count - start < 4 else { throw Malformed() }
        return nil
    }
}
