import SwiftProtobuf
package import Tracking

/// Records of the log as messages, with their events as they were recorded.
package struct EventRecordDecoder: FeedDecoder {
    private var rest: [UInt8] = []
    private static let maximumByteCount = 64 << 20

    package init() {}

    package mutating func decode(_ bytes: [UInt8]) throws(ClientError) -> [EventRecord] {
        rest += bytes
        var records: [EventRecord] = []
        var start = 0
        while let (first, end) = try message(from: start), end <= rest.count {
            do {
                records.append(try EventRecord(serializedBytes: Array(rest[first..<end])))
            } catch {
                throw Self.malformed
            }
            start = end
        }
        rest.removeFirst(start)
        return records
    }

    /// Where the message lies whose length stands at `start`; nil while the length is not whole.
    private func message(from start: Int) throws(ClientError) -> (first: Int, end: Int)? {
        var length = 0
        for (place, byte) in rest[start...].prefix(5).enumerated() {
            length |= Int(byte & 0x7F) << (7 * place)
            guard byte >= 0x80 else {
                guard length <= Self.maximumByteCount else { throw Self.malformed }
                return (start + place + 1, start + place + 1 + length)
            }
        }
        guard rest.count - start < 5 else { throw Self.malformed }
        return nil
    }

    private static let malformed = ClientError(
        .unexpectedAnswer, "The log's records are no messages of this version. Is the server a different version?")

    package static func position(of record: EventRecord) -> UInt64? { record.position }
    package static func isLast(_ record: EventRecord) -> Bool { false }
}
