import SwiftProtobuf
package import Tracking

/// Measurements that wait to be sent: columns of points, lines, host readings, and the latest progress.
package struct TelemetryBuffer: Sendable {
    /// When so many points, lines and readings wait, training waits too.
    package static let capacity = 50_000

    private var columns: [Column] = []
    private var places: [String: Int] = [:]
    private var lines: [LogLine] = []
    private var readings: [HostReading] = []
    private var progress: ProgressReported?
    /// Points, lines and readings that wait.
    package private(set) var count = 0

    private struct Column {
        let name: String
        var steps: [Int64] = []
        var values: [Double] = []
        var times: [Int64] = []
    }

    package init() {}

    package var isFull: Bool { count >= Self.capacity }

    package mutating func add(_ name: String, _ value: Double, step: Int, at time: Timestamp) {
        let place = places[name] ?? columns.count
        if place == columns.count {
            columns.append(Column(name: name))
            places[name] = place
        }
        columns[place].steps.append(Int64(step))
        columns[place].values.append(value)
        columns[place].times.append(time.rawValue)
        count += 1
    }

    package mutating func add(_ line: LogLine) {
        lines.append(line)
        count += 1
    }

    package mutating func add(_ reading: HostReading) {
        readings.append(reading)
        count += 1
    }

    /// Replaces the progress that waits.
    package mutating func set(_ progress: ProgressReported) { self.progress = progress }

    /// The progress that waits, which then waits no more.
    package mutating func takeProgress() -> TelemetryEvent? {
        defer { progress = nil }
        return progress.map { .progressReported($0) }
    }

    /// All that waits but the progress, as messages of attempt number `attempt` on `host`.
    package mutating func takeReports(attempt: Int, host: String) -> [TelemetryEvent] {
        var events: [TelemetryEvent] = []
        if !columns.isEmpty {
            events.append(
                .metricsReported(
                    .with { report in
                        report.attempt = UInt32(attempt)
                        report.series = columns.map { column in
                            .with {
                                $0.name = column.name
                                $0.stepDeltas = Self.deltas(column.steps)
                                $0.values = column.values
                                $0.timeDeltas = Self.deltas(column.times)
                            }
                        }
                    }))
        }
        if !lines.isEmpty {
            for start in stride(from: 0, to: lines.count, by: 5000) {
                events.append(
                    .linesLogged(
                        .with {
                            $0.attempt = UInt32(attempt)
                            $0.lines = Array(lines[start..<min(start + 5000, lines.count)])
                        }))
            }
        }
        if !readings.isEmpty {
            events.append(
                .hostReadingsTaken(
                    .with {
                        $0.attempt = UInt32(attempt)
                        $0.host = host
                        $0.readings = readings
                    }))
        }
        (columns, places, lines, readings, count) = ([], [:], [], [], 0)
        return events
    }

    private static func deltas(_ values: [Int64]) -> [Int64] {
        zip(values, [0] + values.dropLast()).map { $0 - $1 }
    }
}
