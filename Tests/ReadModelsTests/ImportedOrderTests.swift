import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// An import appends all measurements before the lifecycle, and every event with the time at which it was recorded first.
struct ImportedOrderTests {
    @Test("A session is the same when its measurements come before all else", arguments: 0..<6 as Range<UInt64>)
    func telemetryFirst(seed: UInt64) throws {
        let events = try RandomLog.events(seed: 300 + seed, count: 500).filter { $0.type != "session.imported" }
        for session in ["sess_a", "sess_b"] {
            let (lifecycle, telemetry) = (
                events.filter { $0.stream == StreamID(.session, session) },
                events.filter { $0.stream == StreamID(.telemetry, session) }
            )
            guard !lifecycle.isEmpty, !lifecycle.contains(where: { $0.type == "session.deleted" }) else { continue }
            let inOrder = events.filter {
                $0.stream.identity == session && [.session, .telemetry].contains($0.stream.category)
            }
            let one = try Self.text(of: inOrder, session)
            let other = try Self.text(of: telemetry + lifecycle, session)
            for (before, after) in zip(one, other) where before != after {
                Issue.record("In order it is\n\(before)\nand imported\n\(after)")
                return
            }
            #expect(one.count == other.count && one.count > 5)
        }
    }

    @Test("Times are those of the server that recorded them first, and the import's own is beside them")
    func times() throws {
        var script = EventScript()
        func origin(_ time: Int64) -> NewEvent.Origin {
            .init(id: EventID(bytes: 0..<16), recordedAt: Timestamp(rawValue: time), actor: "trainer")
        }
        for (event, time) in [
            (SessionEvent.created(.with { $0.name = "n" }), 100), (.startRequested(StartRequested()), 200),
            (.attemptClaimed(.with { $0.attempt = 1 }), 300), (.completed(.with { $0.attempt = 1 }), 400),
        ] as [(SessionEvent, Int64)] {
            var new = try event.encoded()
            new.origin = origin(time)
            try script.append(new, to: StreamID(.session, "sess_a"))
        }
        try script.append(.imported(.with { ($0.source, $0.sourcePosition) = ("http://there", 9) }))
        let session = try Documents(script).session()
        #expect(session.createdAt == 100 && session.startedAt == 300 && session.completedAt == 400)
        #expect(session.updatedAt == 400, "the import changes nothing of what the session is")
        #expect(session.imported.event.source == "http://there" && session.imported.importedAt == 5_000_000)
        #expect(try Documents(script).models.read { try $0.latestStartedSession() } == nil)
    }

    /// What is shown of a session whose events came in this order, without the places in the log.
    private static func text(of events: [RecordedEvent], _ session: String) throws -> [String] {
        var script = EventScript()
        for event in events {
            try script.append(
                NewEvent(
                    type: event.type, payload: event.payload, occurredAt: event.occurredAt,
                    origin: .init(id: event.id, recordedAt: event.recordedAt, actor: event.actor)), to: event.stream)
        }
        try script.append(.imported(.with { $0.source = "http://there" }), to: session)
        let models = try Documents(script).models
        let id = try #require(Session.ID(session))
        return try models.read { snapshot in
            var lines: [String] = []
            guard var document = try snapshot.session(id) else { return [] }
            lines.append("metrics: \(try snapshot.metricSummaries(of: document))")
            (document.createdPosition, document.lastPosition, document.queuedPosition) = (0, 0, 0)
            lines.append(document.textFormatString())
            for allAttempts in [false, true] {
                for var record in try snapshot.epochRecords(of: id, allAttempts: allAttempts) {
                    record.position = 0
                    lines.append(record.textFormatString())
                }
                for name in try snapshot.metricNames(of: id) {
                    for axis in MetricHistoryQuery.Axis.allCases {
                        for maximum in [nil, 8] {
                            let query = MetricHistoryQuery(
                                session: id, metric: name.name, axis: axis, maximumPoints: maximum,
                                allAttempts: allAttempts)
                            lines.append("\(name.name): \(try snapshot.history(query))")
                        }
                    }
                }
            }
            for entry in try snapshot.checkpoints(of: id, includesSuperseded: true) {
                var checkpoint = entry.document
                (checkpoint.createdPosition, checkpoint.lastPosition) = (0, 0)
                lines.append("\(entry.isBest) \(entry.isLast) \(entry.isSuperseded) " + checkpoint.textFormatString())
            }
            for entry in try snapshot.artifacts(of: id, includesSuperseded: true) {
                var artifact = entry.document
                artifact.lastPosition = 0
                lines.append("\(entry.isSuperseded) " + artifact.textFormatString())
            }
            lines.append("lines: \(try snapshot.logLines(of: id, limit: 1000))")
            lines.append("readings: \(try snapshot.hostReadings(of: id, maximumPoints: 12))")
            return lines
        }
    }
}
