import API
import SwiftProtobuf
import Tracking
import WebServer

/// Lines of output on their way into the log.
struct LogLines {
    /// Bytes of text in one event, so that its payload stays below the log's limit.
    private static let eventByteCount = 128 << 10

    var commandID: String?
    var attempt: UInt32
    var entryCount: Int
    private var rank: UInt32
    private(set) var lines: [LogLine]

    /// Reads a report in JSON.
    init(json bytes: [UInt8]) throws {
        let report: LogReport = try Call.parsed(bytes).document
        commandID = report.commandID
        attempt = report.attempt
        rank = report.rank ?? 0
        lines = report.lines.map { line in
            .with {
                $0.text = line.text
                $0.time = line.time?.rawValue ?? 0
                $0.source = line.source ?? "log"
                $0.level = line.level ?? ""
            }
        }
        entryCount = lines.count
    }

    /// Reads a report in protobuf, which is the event's own message.
    init(protobuf bytes: [UInt8]) throws {
        let message = try LinesLogged(serializedBytes: bytes)
        guard message.attempt >= 1 else { throw FieldError("attempt", "is required") }
        guard (1...LogReport.maximumLineCount).contains(message.lines.count) else {
            throw FieldError(
                "lines", "has \(message.lines.count) entries; 1 to \(LogReport.maximumLineCount) are allowed")
        }
        lines = message.lines
        for index in lines.indices {
            lines[index].unknownFields = UnknownStorage()
            if lines[index].source.isEmpty { lines[index].source = "log" }
            guard LogReport.sources.contains(lines[index].source) else {
                throw FieldError(
                    "lines[\(index)].source", "must be one of \(LogReport.sources.joined(separator: ", "))")
            }
            guard lines[index].level.isEmpty || LogReport.levels.contains(lines[index].level) else {
                throw FieldError(
                    "lines[\(index)].level", "must be one of \(LogReport.levels.joined(separator: ", "))")
            }
            guard lines[index].text.utf8.count <= LogReport.maximumLineByteCount else {
                throw FieldError("lines[\(index)].text", "has more than \(LogReport.maximumLineByteCount) bytes")
            }
        }
        commandID = nil
        attempt = message.attempt
        rank = message.rank
        entryCount = lines.count
    }

    /// The events, in which lines without a time have `now`.
    func events(now: Timestamp) -> [TelemetryEvent] {
        var events: [TelemetryEvent] = []
        var part: [LogLine] = []
        var byteCount = 0
        func close() {
            guard !part.isEmpty else { return }
            events.append(
                .linesLogged(
                    .with {
                        $0.attempt = attempt
                        $0.rank = rank
                        $0.lines = part
                    }))
            part = []
            byteCount = 0
        }
        for var line in lines {
            if line.time == 0 { line.time = now.rawValue }
            byteCount += line.text.utf8.count + 32
            part.append(line)
            if byteCount > Self.eventByteCount { close() }
        }
        close()
        return events
    }
}
