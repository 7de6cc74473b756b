import API
import JSON
import SwiftProtobuf
import Text
package import Tracking

/// A report of step metrics, read from its body in one pass without a tree: this is the busiest request of all.
package struct MetricsScan {
    /// The most points of one event; more become several events of one append.
    static let maximumEventPointCount = 10_000

    /// The id that its sender gave it.
    package var commandID: String?
    /// The attempt that measured.
    package var attempt: UInt32
    /// The events that are appended, each small enough for the log.
    package var events: [TelemetryEvent]
    /// The number of its points.
    package var pointCount: Int

    /// Columns of one metric as they come.
    private struct Columns {
        var name: String
        var steps: [Int64] = []
        var values: [Double] = []
        /// Microseconds since 1970; as many as points, or none.
        var times: [Int64] = []
        var hasTimes: Bool?
    }

    /// Reads a JSON body.
    ///
    /// - Throws: `JSONError` for what is not JSON, `FieldError` for what it cannot say.
    package init(json bytes: [UInt8]) throws {
        var commandID: String?
        var attempt: Int64?
        var columns: [Columns] = []
        var seen: Set<String> = []
        try bytes.withUnsafeBufferPointer { buffer in
            var scanner = try JSONScanner(buffer)
            guard try scanner.kind() == .object else { throw FieldError("body", "must be an object") }
            try scanner.beginObject()
            while let key = try scanner.nextKey() {
                switch key.string {
                case "command_id": commandID = try Self.text(&scanner, "command_id")
                case "attempt": attempt = try Self.integer(&scanner, "attempt", 1...Int64(UInt32.max))
                case "points":
                    seen.insert("points")
                    try Self.readPoints(&scanner, into: &columns)
                case "series":
                    seen.insert("series")
                    try Self.readSeries(&scanner, into: &columns)
                case let name: throw Self.unknown(name, among: ["command_id", "attempt", "points", "series"], in: "")
                }
            }
            try scanner.finish()
        }
        guard let attempt else { throw FieldError("attempt", "is required") }
        guard seen.count == 1 else {
            if seen.isEmpty { throw FieldError("points", "is required, unless series is given") }
            throw FieldError("series", "cannot be combined with points; give only one")
        }
        guard columns.contains(where: { !$0.values.isEmpty }) else {
            throw FieldError(seen.contains("points") ? "points" : "series", "must contain at least one point")
        }
        self.commandID = commandID
        self.attempt = UInt32(attempt)
        pointCount = columns.reduce(0) { $0 + $1.values.count }
        events = Self.events(columns, attempt: UInt32(attempt))
    }

    /// Reads a protobuf body, the event's own message.
    package init(protobuf bytes: [UInt8]) throws {
        let message = try MetricsReported(serializedBytes: bytes)
        guard message.attempt >= 1 else { throw FieldError("attempt", "is required") }
        commandID = nil
        attempt = message.attempt
        pointCount = 0
        var columns: [Columns] = []
        for (index, series) in message.series.enumerated() {
            let field = "series[\(index)]"
            try MetricNames.check(series.name, field: field + ".name")
            guard series.stepDeltas.count == series.values.count,
                series.timeDeltas.isEmpty || series.timeDeltas.count == series.values.count
            else { throw FieldError(field, "must have columns of equal lengths") }
            var column = Columns(name: series.name)
            column.values = series.values
            column.steps = try Self.sums(series.stepDeltas, in: 0...MetricsReport.maximumStep, field + ".step_deltas")
            column.times = try Self.sums(series.timeDeltas, in: 0...253_402_300_799_999_999, field + ".time_deltas")
            pointCount += column.values.count
            columns.append(column)
        }
        guard pointCount > 0 else { throw FieldError("series", "must contain at least one point") }
        if pointCount <= Self.maximumEventPointCount, bytes.count <= NewEvent.maximumPayloadByteCount / 2 {
            var event = message
            event.unknownFields = UnknownStorage()
            events = [.metricsReported(event)]
        } else {
            events = Self.events(columns, attempt: attempt)
        }
    }

    private static func readPoints(_ scanner: inout JSONScanner, into columns: inout [Columns]) throws {
        guard try scanner.kind() == .array else { throw FieldError("points", "must be an array") }
        try scanner.beginArray()
        var places: [String: Int] = [:]
        var last: (name: String, place: Int)?
        var index = 0
        while try scanner.nextElement() {
            guard try scanner.kind() == .object else { throw FieldError("points[\(index)]", "must be an object") }
            try scanner.beginObject()
            var name: String?
            var step: Int64?
            var value: Double?
            var time: Int64?
            while let key = try scanner.nextKey() {
                switch key.string {
                case "name": name = try text(&scanner, "points[\(index)].name")
                case "step": step = try integer(&scanner, "points[\(index)].step", 0...MetricsReport.maximumStep)
                case "value": value = try number(&scanner, "points[\(index)].value")
                case "time": time = try self.time(&scanner, "points[\(index)].time")
                case let key:
                    throw unknown(key, among: ["name", "step", "value", "time"], in: "points[\(index)].")
                }
            }
            guard let name else { throw FieldError("points[\(index)].name", "is required") }
            guard let step else { throw FieldError("points[\(index)].step", "is required") }
            guard let value else { throw FieldError("points[\(index)].value", "is required") }
            let place: Int
            if let last, last.name == name {
                place = last.place
            } else if let known = places[name] {
                place = known
            } else {
                try MetricNames.check(name, field: "points[\(index)].name")
                place = columns.count
                places[name] = place
                columns.append(Columns(name: name))
            }
            last = (name, place)
            let hasTime = time != nil
            guard columns[place].hasTimes ?? hasTime == hasTime else {
                throw FieldError("points[\(index)].time", "must be given for all points of a metric, or for none")
            }
            columns[place].hasTimes = hasTime
            columns[place].steps.append(step)
            columns[place].values.append(value)
            if let time { columns[place].times.append(time) }
            index += 1
        }
    }

    private static func readSeries(_ scanner: inout JSONScanner, into columns: inout [Columns]) throws {
        guard try scanner.kind() == .array else { throw FieldError("series", "must be an array") }
        try scanner.beginArray()
        var index = 0
        while try scanner.nextElement() {
            let field = "series[\(index)]"
            guard try scanner.kind() == .object else { throw FieldError(field, "must be an object") }
            try scanner.beginObject()
            var name: String?
            var column = Columns(name: "")
            while let key = try scanner.nextKey() {
                switch key.string {
                case "name": name = try text(&scanner, field + ".name")
                case "steps":
                    try beginArray(&scanner, field + ".steps")
                    while try scanner.nextElement() {
                        column.steps.append(try integer(&scanner, field + ".steps", 0...MetricsReport.maximumStep))
                    }
                case "values":
                    try beginArray(&scanner, field + ".values")
                    while try scanner.nextElement() { column.values.append(try number(&scanner, field + ".values")) }
                case "times":
                    try beginArray(&scanner, field + ".times")
                    while try scanner.nextElement() { column.times.append(try time(&scanner, field + ".times")) }
                case let key: throw unknown(key, among: ["name", "steps", "values", "times"], in: field + ".")
                }
            }
            guard let name else { throw FieldError(field + ".name", "is required") }
            try MetricNames.check(name, field: field + ".name")
            guard !column.values.isEmpty else { throw FieldError(field + ".values", "must not be empty") }
            guard column.steps.count == column.values.count else {
                throw FieldError(
                    field + ".steps", "has \(column.steps.count) entries and values has \(column.values.count)")
            }
            guard column.times.isEmpty || column.times.count == column.values.count else {
                throw FieldError(
                    field + ".times", "has \(column.times.count) entries and values has \(column.values.count)")
            }
            column.name = name
            columns.append(column)
            index += 1
        }
    }

    /// Cuts the columns into events of at most `maximumEventPointCount` points, in order.
    private static func events(_ columns: [Columns], attempt: UInt32) -> [TelemetryEvent] {
        var events: [TelemetryEvent] = []
        var message = MetricsReported()
        message.attempt = attempt
        var room = maximumEventPointCount
        func close() {
            guard !message.series.isEmpty else { return }
            events.append(.metricsReported(message))
            message.series = []
            room = maximumEventPointCount
        }
        for column in columns {
            var start = 0
            while start < column.values.count {
                // A name costs as much room as the points of some bytes do.
                let cost = 1 + column.name.utf8.count / 16
                if room <= cost { close() }
                let end = min(column.values.count, start + max(1, room - cost))
                message.series.append(series(column, start..<end))
                room -= end - start + cost
                start = end
            }
        }
        close()
        return events
    }

    private static func series(_ column: Columns, _ range: Range<Int>) -> MetricSeries {
        var series = MetricSeries()
        series.name = column.name
        series.values = Array(column.values[range])
        series.stepDeltas = deltas(column.steps[range])
        if !column.times.isEmpty { series.timeDeltas = deltas(column.times[range]) }
        return series
    }

    private static func deltas(_ numbers: ArraySlice<Int64>) -> [Int64] {
        var previous: Int64 = 0
        return numbers.map { number in
            defer { previous = number }
            return number - previous
        }
    }

    private static func sums(
        _ deltas: [Int64], in range: ClosedRange<Int64>, _ field: String
    ) throws(FieldError) -> [Int64] {
        var sum: Int64 = 0
        var sums: [Int64] = []
        sums.reserveCapacity(deltas.count)
        for delta in deltas {
            let (next, overflows) = sum.addingReportingOverflow(delta)
            guard !overflows, range.contains(next) else {
                throw FieldError(field, "adds up to a number outside \(range.lowerBound) to \(range.upperBound)")
            }
            sum = next
            sums.append(sum)
        }
        return sums
    }

    private static func unknown(_ key: String, among names: [String], in place: String) -> FieldError {
        FieldError(place + key, "is unknown. " + Spelling.unknown("field", key, among: names).dropLast())
    }

    // MARK: Values, with the field named when they are of another kind

    private static func beginArray(_ scanner: inout JSONScanner, _ field: @autoclosure () -> String) throws {
        guard try scanner.kind() == .array else { throw FieldError(field(), "must be an array") }
        try scanner.beginArray()
    }

    private static func text(_ scanner: inout JSONScanner, _ field: @autoclosure () -> String) throws -> String {
        guard try scanner.kind() == .string else { throw FieldError(field(), "must be a string") }
        return try scanner.string()
    }

    private static func number(_ scanner: inout JSONScanner, _ field: @autoclosure () -> String) throws -> Double {
        switch try scanner.kind() {
        case .number: return try scanner.number()
        case .string:
            guard let number = JSONValue.string(try scanner.string()).metricNumber else { fallthrough }
            return number
        default:
            throw FieldError(field(), "must be a number, \"NaN\", \"Infinity\" or \"-Infinity\"")
        }
    }

    private static func integer(
        _ scanner: inout JSONScanner, _ field: @autoclosure () -> String, _ range: ClosedRange<Int64>
    ) throws -> Int64 {
        guard try scanner.kind() == .number else { throw FieldError(field(), "must be a whole number") }
        let number = try scanner.number()
        guard let integer = Int64(exactly: number), range.contains(integer) else {
            throw FieldError(
                field(), "must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(number)")
        }
        return integer
    }

    private static func time(_ scanner: inout JSONScanner, _ field: @autoclosure () -> String) throws -> Int64 {
        guard try scanner.kind() == .string else { throw FieldError(field(), "must be a time in RFC 3339") }
        let text = try scanner.string()
        guard let time = Timestamp(text), time.rawValue >= 0 else {
            throw FieldError(field(), "must be a time such as 2026-01-31T12:00:00Z, not '\(text)'")
        }
        return time.rawValue
    }
}
