package import Tracking

/// The rest of a record's payload when its content is removed.
package struct RecordRemainder: Hashable, Sendable {
    /// The record's place.
    package var position: LogPosition
    /// An event of the record's type without the content, as its message; at most `NewEvent.maximumPayloadByteCount`.
    package var payload: [UInt8]

    package init(position: LogPosition, payload: [UInt8]) {
        self.position = position
        self.payload = payload
    }

    /// Puts it in the place of the payload of the event at its position, if that is one of `events`, which are in order.
    ///
    /// - Parameter redaction: The position of the event that names the record.
    func redact(in events: inout [RecordedEvent], by redaction: LogPosition) {
        let index = events.partitioningIndex { $0.position >= position }
        guard index < events.count, events[index].position == position else { return }
        events[index].payload = payload
        events[index].redactedBy = redaction
    }
}
