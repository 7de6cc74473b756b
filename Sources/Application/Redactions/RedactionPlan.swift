import EventLog
import SwiftProtobuf
import Tracking

/// The records of one redaction, and those that are left for the next one.
struct RedactionPlan {
    /// The most records of one redaction, so that the event that names them has room for their places.
    static let maximumCount = 20_000
    /// The most bytes that its records keep, so that one transaction is short.
    static let maximumByteCount = 8 << 20

    /// In the order of the log, once they are all there.
    private(set) var records: [RecordRemainder] = []
    private(set) var redacted = RedactionCount()
    private(set) var remaining = RedactionCount()
    private var keptByteCount = 0

    /// Takes the record into account.
    ///
    /// - Parameter isDue: True when it must be part of this redaction, and not wait for the next.
    /// - Returns: False when it is due and has no room.
    mutating func add(_ record: RecordedEvent, leaving payload: [UInt8], isDue: Bool) -> Bool {
        let byteCount = max(0, record.payload.count - payload.count)
        guard records.count < Self.maximumCount, keptByteCount + payload.count <= Self.maximumByteCount else {
            remaining.recordCount += 1
            remaining.byteCount += byteCount
            return !isDue
        }
        records.append(RecordRemainder(position: record.position, payload: payload))
        keptByteCount += payload.count
        redacted.recordCount += 1
        redacted.byteCount += byteCount
        return true
    }

    /// The event that names the records.
    mutating func event(_ order: RedactionOrder) -> SessionRedacted {
        records.sort { $0.position < $1.position }
        return .with {
            $0.kinds = order.kinds.map(\.rawValue).sorted()
            $0.reason = order.reason
            $0.positions = records.map(\.position)
            $0.byteCount = UInt64(redacted.byteCount)
            $0.before = order.before?.rawValue ?? 0
        }
    }
}
