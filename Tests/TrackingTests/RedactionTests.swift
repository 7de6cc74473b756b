import SwiftProtobuf
import TestSupport
import Testing
import Tracking

private typealias Specification = DeciderSpecification<SessionDecider>
private typealias F = SessionFixtures

@Suite("Redactions")
struct RedactionTests {
    private let redacted = SessionRedacted.with {
        ($0.kinds, $0.reason, $0.positions) = (["notes"], "r", [LogPosition(1), LogPosition(7)])
    }

    @Test(
        "a session is redacted in every status, also when it is archived or deleted", arguments: Session.Status.allCases
    )
    func statuses(status: Session.Status) {
        let specification = Specification(given: F.past(status))
        specification.when(.redact(redacted), then: [.redacted(redacted)])
        specification.given(.archived(Archived())).when(.redact(redacted), then: [.redacted(redacted)])
        specification.given(.deleted(Deleted())).when(.redact(redacted), then: [.redacted(redacted)])
    }

    @Test("nothing to take away is silence; without a reason, or a session, it is refused")
    func refusals() {
        Specification().when(.redact(redacted), refuses: .unknownSession)
        var nothing = redacted
        nothing.positions = []
        Specification(given: F.past(.stopped)).when(.redact(nothing), then: [])
        var unreasoned = redacted
        unreasoned.reason = ""
        Specification(given: F.past(.stopped)).when(
            .redact(unreasoned), refuses: .invalid(field: "reason", reason: "is required"))
    }

    @Test("after notes went, the same notes are news again")
    func notes() {
        let noted = SessionEvent.noted(.with { $0.notes = "n" })
        let specification = Specification(given: F.past(.stopped)).given(noted)
        specification.when(.update(notes: "n"), then: [])
        specification.given(.redacted(redacted)).when(.update(notes: "n"), then: [noted])
    }

    @Test("the positions are those that were set")
    func positions() {
        let positions = [1, 2, 9, 1 << 40].map { LogPosition($0) }
        var message = SessionRedacted()
        message.positions = positions
        #expect(message.positionDeltas == [1, 1, 7, 1 << 40 - 9])
        #expect(message.positions == positions)
    }

    /// A record of `event`.
    private func record(_ event: some DomainEvent, _ category: StreamID.Category) throws -> RecordedEvent {
        let new = try event.encoded()
        return RecordedEvent(
            position: LogPosition(3), stream: StreamID(category, "sess_1"), version: StreamVersion(1),
            id: EventID(bytes: 0..<16), type: new.type, schemaVersion: 1, recordedAt: Timestamp(rawValue: 5),
            occurredAt: nil, actor: "api", causation: nil, payloadDigest: Digest(hashing: []), payload: new.payload)
    }

    /// The payload that is left of a record of `event` without the content of `kind`.
    private func left(_ kind: RedactionKind, of event: some DomainEvent, _ category: StreamID.Category) throws
        -> [UInt8]
    {
        let payload = try kind.remainder(of: try record(event, category))
        return try #require(payload)
    }

    @Test("what is left is an event of the same type, without the content and with all else")
    func remainders() throws {
        let lines = TelemetryEvent.linesLogged(.with { $0.lines = [.with { ($0.time, $0.text) = (7, "secret") }] })
        let untold = try TelemetryEvent(type: lines.type, payload: try left(.logs, of: lines, .telemetry))
        #expect(untold == .linesLogged(.with { $0.lines = [.with { $0.time = 7 }] }))
        let created = SessionEvent.created(.with { ($0.name, $0.notes) = ("n", "secret") })
        let unnoted = try SessionEvent(type: created.type, payload: try left(.notes, of: created, .session))
        #expect(unnoted == .created(.with { $0.name = "n" }))
        let facts = SessionEvent.provenanceRecorded(
            .with { ($0.attempt, $0.facts) = (1, [.with { ($0.name, $0.text) = ("host", "secret") }]) })
        let named = try SessionEvent(type: facts.type, payload: try left(.provenance, of: facts, .session))
        #expect(named == .provenanceRecorded(.with { ($0.attempt, $0.facts) = (1, [.with { $0.name = "host" }]) }))
        let readings = TelemetryEvent.hostReadingsTaken(
            .with { $0.readings = [.with { ($0.name, $0.value) = ("cpu.percent", 5) }] })
        let kept = try TelemetryEvent(type: readings.type, payload: try left(.hostReadings, of: readings, .telemetry))
        guard case .hostReadingsTaken(let taken) = kept else {
            Issue.record("\(kept.type)")
            return
        }
        #expect(taken.readings.count == 1 && taken.readings[0].name == "cpu.percent" && taken.readings[0].value.isNaN)
    }

    @Test("of other records, of those without such content, and of those redacted already nothing is taken")
    func nothing() throws {
        let stopped = try record(SessionEvent.stopped(.with { $0.message = "m" }), .session)
        let metrics = try record(TelemetryEvent.metricsReported(MetricsReported()), .telemetry)
        let created = try record(SessionEvent.created(.with { $0.name = "n" }), .session)
        for kind in RedactionKind.allCases {
            for record in [stopped, metrics, created] { #expect(try kind.remainder(of: record) == nil) }
        }
        var noted = try record(SessionEvent.noted(.with { $0.notes = "n" }), .session)
        #expect(try RedactionKind.notes.remainder(of: noted) == [])
        noted.redactedBy = LogPosition(9)
        #expect(try RedactionKind.notes.remainder(of: noted) == nil)
    }
}
