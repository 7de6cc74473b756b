import JSON
import SwiftProtobuf
import Tracking

/// A report of log lines.
struct LinesReport {
    /// The most bytes of a line; longer ones are refused, so that nothing is cut silently.
    static let maximumLineByteCount = 16_384
    /// The most lines of one report.
    static let maximumLineCount = 10_000
    private static let sources = ["stdout", "stderr", "log"]
    private static let levels = ["debug", "info", "warning", "error"]
    /// Bytes of text in one event, so that its payload stays below the log's limit.
    private static let eventByteCount = 128 << 10

    var commandID: String?
    var attempt: UInt32
    var events: [TelemetryEvent]
    var lineCount: Int

    /// Reads a JSON body. A line without a time gets `now`.
    init(json bytes: [UInt8], now: Timestamp) throws {
        let head = try ReportHead(json: bytes)
        commandID = head.commandID
        attempt = head.attempt
        var lines: [LogLine] = []
        try head.forEach("lines", counts: 1...Self.maximumLineCount) { fields, path in
            var line = LogLine()
            guard let text = try fields.string("text", bytes: 0...Self.maximumLineByteCount) else {
                throw FieldError(path + ".text", "is required")
            }
            line.text = text
            line.time = (try fields.time("time") ?? now).rawValue
            line.source = try fields.choice("source", of: Self.sources) ?? "log"
            line.level = try fields.choice("level", of: Self.levels) ?? ""
            lines.append(line)
        }
        lineCount = lines.count
        events = Self.events(lines, attempt: attempt, rank: head.rank)
    }

    /// Reads a protobuf body, the event's own message.
    init(protobuf bytes: [UInt8], now: Timestamp) throws {
        let message = try LinesLogged(serializedBytes: bytes)
        guard message.attempt >= 1 else { throw FieldError("attempt", "is required") }
        guard (1...Self.maximumLineCount).contains(message.lines.count) else {
            throw FieldError("lines", "has \(message.lines.count) entries; 1 to \(Self.maximumLineCount) are allowed")
        }
        var lines = message.lines
        for index in lines.indices {
            lines[index].unknownFields = UnknownStorage()
            if lines[index].time == 0 { lines[index].time = now.rawValue }
            if lines[index].source.isEmpty { lines[index].source = "log" }
            guard Self.sources.contains(lines[index].source) else {
                throw FieldError("lines[\(index)].source", "must be one of \(Self.sources.joined(separator: ", "))")
            }
            guard lines[index].level.isEmpty || Self.levels.contains(lines[index].level) else {
                throw FieldError("lines[\(index)].level", "must be one of \(Self.levels.joined(separator: ", "))")
            }
            guard lines[index].text.utf8.count <= Self.maximumLineByteCount else {
                throw FieldError("lines[\(index)].text", "has more than \(Self.maximumLineByteCount) bytes")
            }
        }
        commandID = nil
        attempt = message.attempt
        lineCount = lines.count
        events = Self.events(lines, attempt: message.attempt, rank: message.rank)
    }

    private static func events(_ lines: [LogLine], attempt: UInt32, rank: UInt32) -> [TelemetryEvent] {
        var events: [TelemetryEvent] = []
        var start = 0
        var byteCount = 0
        for (index, line) in lines.enumerated() {
            byteCount += line.text.utf8.count + 32
            guard byteCount > eventByteCount || index == lines.count - 1 else { continue }
            events.append(
                .linesLogged(
                    .with {
                        $0.attempt = attempt
                        $0.rank = rank
                        $0.lines = Array(lines[start...index])
                    }))
            start = index + 1
            byteCount = 0
        }
        return events
    }
}
