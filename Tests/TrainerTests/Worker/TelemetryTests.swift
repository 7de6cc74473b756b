import SwiftProtobuf
import Synchronization
import Testing
import Tracking
import Trainer

@Suite("Sending measurements")
struct TelemetryTests {
    static func service() throws -> RecordingService {
        let service = try Rehearsal("{trainer: {kind: synthetic}, train: {epochs: 1}}").service
        return service
    }

    @Test("points become columns of differences by metric, in the order they were measured")
    func columns() {
        var buffer = TelemetryBuffer()
        buffer.add("a", 1, step: 5, at: Timestamp(rawValue: 100))
        buffer.add("b", 7, step: 5, at: Timestamp(rawValue: 101))
        buffer.add("a", 2, step: 8, at: Timestamp(rawValue: 90))
        #expect(buffer.count == 3)
        guard case .metricsReported(let report)? = buffer.takeReports(attempt: 4, host: "h").first else {
            Issue.record("no report")
            return
        }
        #expect(report.attempt == 4)
        #expect(report.series.map(\.name) == ["a", "b"])
        #expect(report.series[0].stepDeltas == [5, 3])
        #expect(report.series[0].values == [1, 2])
        #expect(report.series[0].timeDeltas == [100, -10])
        #expect(buffer.count == 0)
        #expect(buffer.takeReports(attempt: 4, host: "h").isEmpty)
    }

    @Test("only the latest progress is sent")
    func progress() {
        var buffer = TelemetryBuffer()
        buffer.set(.with { $0.step = 1 })
        buffer.set(.with { $0.step = 2 })
        #expect(buffer.takeProgress() == .progressReported(.with { $0.step = 2 }))
        #expect(buffer.takeProgress() == nil)
    }

    @Test("many lines are sent in parts that the server takes")
    func parts() {
        var buffer = TelemetryBuffer()
        for index in 0..<12_000 { buffer.add(.with { $0.text = "\(index)" }) }
        let events = buffer.takeReports(attempt: 1, host: "h")
        let counts = events.map { if case .linesLogged(let report) = $0 { report.lines.count } else { 0 } }
        #expect(counts == [5000, 5000, 2000])
    }

    @Test("flushes that meet send everything once and in order")
    func order() async throws {
        let service = try Self.service()
        let reporter = TelemetryReporter(service, attempt: 1, host: "h", stop: StopSignal(), warn: { _ in })
        await withTaskGroup { group in
            for round in 0..<50 {
                reporter.record { $0.add("x", Double(round), step: round, at: Timestamp(rawValue: 0)) }
                group.addTask {
                    await #expect(throws: Never.self) { try await reporter.flush() }
                }
            }
        }
        let values = service.state.withLock { $0.telemetry }.flatMap { event in
            if case .metricsReported(let report) = event { report.series.flatMap(\.values) } else { [Double]() }
        }
        #expect(values == (0..<50).map(Double.init))
    }

    @Test("a full buffer says so")
    func bound() {
        var buffer = TelemetryBuffer()
        for step in 1...TelemetryBuffer.capacity {
            #expect(!buffer.isFull)
            buffer.add("x", 0, step: step, at: Timestamp(rawValue: 0))
        }
        #expect(buffer.isFull)
    }

    @Test("a stop that an answer tells of raises the signal")
    func stops() async throws {
        let service = try Self.service()
        _ = try await service.claim()
        service.handle(.requestStop)
        let stop = StopSignal()
        let reporter = TelemetryReporter(service, attempt: 1, host: "h", stop: stop, warn: { _ in })
        reporter.record { $0.set(.with { $0.step = 1 }) }
        try await reporter.flushProgress()
        #expect(stop.isRaised)
    }
}
