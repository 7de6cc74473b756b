import SwiftProtobuf
import Tracking

/// A log that a test writes event by event; the n-th event stands at position n and is recorded n seconds after 1970.
struct EventScript {
    /// As they are read from the log in the end.
    private(set) var events: [RecordedEvent] = []
    /// As they were appended, with the content that went later.
    private(set) var appended: [RecordedEvent] = []
    private var versions: [StreamID: UInt64] = [:]

    var head: LogPosition { LogPosition(UInt64(events.count)) }

    /// Appends a session's event.
    mutating func append(_ event: SessionEvent, to session: String = "sess_a", at time: Timestamp? = nil) throws {
        try append(try event.encoded(occurredAt: time), to: StreamID(.session, session))
    }

    /// Appends a report of a session's measurements.
    mutating func append(_ event: TelemetryEvent, to session: String = "sess_a", at time: Timestamp? = nil) throws {
        try append(try event.encoded(occurredAt: time), to: StreamID(.telemetry, session))
    }

    mutating func append(_ event: WebhookEvent, to webhook: String) throws {
        try append(try event.encoded(), to: StreamID(.webhook, webhook))
    }

    mutating func append(_ event: AlertRuleEvent, to rule: String) throws {
        try append(try event.encoded(), to: StreamID(.alertRule, rule))
    }

    /// Appends an event of a session's alerts; `server` has those of the server.
    mutating func append(_ event: AlertEvent, of session: String) throws {
        try append(try event.encoded(), to: StreamID(.alert, session))
    }

    mutating func append(_ event: NotificationEvent) throws {
        try append(try event.encoded(), to: NotificationDecider.stream)
    }

    mutating func append(_ event: ModelEvent, to model: String) throws {
        try append(try event.encoded(), to: StreamID(.model, model))
    }

    mutating func append(_ event: RetentionEvent, toRule rule: String) throws {
        try append(try event.encoded(), to: StreamID(.retention, rule))
    }

    mutating func append(_ new: NewEvent, to stream: StreamID) throws {
        let position = UInt64(events.count + 1)
        versions[stream, default: 0] += 1
        let idBytes = (0..<16).map { UInt8(truncatingIfNeeded: position >> UInt64(8 * (15 - $0))) }
        let event = RecordedEvent(
            position: LogPosition(position), stream: stream, version: StreamVersion(versions[stream] ?? 0),
            id: new.origin?.id ?? EventID(bytes: idBytes), type: new.type, schemaVersion: new.schemaVersion,
            recordedAt: Timestamp(rawValue: Int64(position) * 1_000_000), occurredAt: new.occurredAt,
            actor: new.origin?.actor ?? "test", causation: nil, payloadDigest: Digest(hashing: new.payload),
            payload: new.payload, originallyRecordedAt: new.origin?.recordedAt)
        events.append(event)
        appended.append(event)
    }

    /// Takes the content of a session's records so far away, and appends the event that says so: of telemetry only of those
    /// that `isWanted` wants. Returns the event, if there was something to take.
    @discardableResult
    mutating func redact(
        _ kinds: Set<RedactionKind>, of session: String = "sess_a",
        where isWanted: (RecordedEvent) -> Bool = { _ in true }
    ) throws -> SessionEvent? {
        var redacted = SessionRedacted()
        (redacted.kinds, redacted.reason) = (kinds.map(\.rawValue).sorted(), "a test")
        for index in events.indices where events[index].stream.identity == session {
            let record = events[index]
            // In an order that is the same in each process, so that a seed gives one log.
            for kind in RedactionKind.allCases
            where kinds.contains(kind) && (!kind.isTelemetry || isWanted(record)) {
                guard let payload = try kind.remainder(of: record) else { continue }
                redacted.positions.append(record.position)
                redacted.byteCount += UInt64(max(0, record.payload.count - payload.count))
                events[index].payload = payload
                events[index].redactedBy = head.next
            }
        }
        guard !redacted.positionDeltas.isEmpty else { return nil }
        let event = SessionEvent.redacted(redacted)
        try append(event, to: session)
        return event
    }
}

extension Parameter {
    static func text(_ name: String, _ text: String) -> Parameter {
        .with {
            $0.name = name
            $0.text = text
        }
    }

    static func number(_ name: String, _ number: Double) -> Parameter {
        .with {
            $0.name = name
            $0.number = number
        }
    }
}

extension Metric {
    static func named(_ name: String, _ value: Double) -> Metric {
        .with {
            $0.name = name
            $0.value = value
        }
    }
}

extension MetricSeries {
    /// A report of points given by their steps, values, and times in microseconds.
    static func points(_ name: String, steps: [Int64], values: [Double], times: [Int64] = []) -> MetricSeries {
        func deltas(_ column: [Int64]) -> [Int64] {
            column.indices.map { $0 == 0 ? column[0] : column[$0] &- column[$0 - 1] }
        }
        return .with {
            $0.name = name
            $0.stepDeltas = deltas(steps)
            $0.values = values
            $0.timeDeltas = deltas(times)
        }
    }
}
