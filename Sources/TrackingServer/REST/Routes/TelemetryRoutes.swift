import EventLog
import Hummingbird
import JSON
import Projections
import SwiftProtobuf
import Tracking

/// What a trainer measures while it trains, and what is read of it: step metrics, progress, log lines, host readings.
struct TelemetryRoutes {
    let service: TrackingService

    func add(to api: RouterGroup<APIRequestContext>) {
        let session = api.group("training/sessions/:session_id")
        session.post("metrics", use: metrics)
        session.post("progress", use: progress)
        session.post("logs", use: logs)
        session.post("host-readings", use: hostReadings)
        session.get("logs", use: readLogs)
        session.get("host-readings", use: readHostReadings)
    }

    @Sendable private func metrics(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let (type, bytes) = try await report(request)
        let report = type == .json ? try MetricsReport(json: bytes) : try MetricsReport(protobuf: bytes)
        return try await append(
            report.events, to: session, request, attempt: report.attempt, commandID: report.commandID,
            accepted: report.pointCount)
    }

    @Sendable private func progress(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let body = try await RequestReading.jsonObject(request)
        let fields = JSONFields(body)
        var progress = ProgressReported()
        progress.attempt = UInt32(try fields.requiredInteger("attempt", in: 1...Int64(UInt32.max)))
        progress.epoch = UInt32(try fields.requiredInteger("epoch", in: 1...Int64(UInt32.max)))
        progress.step = UInt64(try fields.requiredInteger("step", in: 0...MetricsReport.maximumStep))
        guard let fraction = try fields.number("fraction", in: 0...1) else {
            throw FieldError("fraction", "is required")
        }
        progress.epochFraction = fraction
        return try await append(
            [.progressReported(progress)], to: session, request, attempt: progress.attempt,
            commandID: try fields.string("command_id"), accepted: nil, isLifecycle: true)
    }

    @Sendable private func logs(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let (type, bytes) = try await report(request)
        func read(at now: Timestamp) throws -> LinesReport {
            type == .json ? try LinesReport(json: bytes, now: now) : try LinesReport(protobuf: bytes, now: now)
        }
        let report = try read(at: service.now())
        return try await append(
            report.events, to: session, request, attempt: report.attempt, commandID: report.commandID,
            accepted: report.lineCount, canonical: { try read(at: Self.anyTime).events })
    }

    @Sendable private func hostReadings(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let (type, bytes) = try await report(request)
        func read(at now: Timestamp) throws -> HostReadingsReport {
            type == .json
                ? try HostReadingsReport(json: bytes, now: now) : try HostReadingsReport(protobuf: bytes, now: now)
        }
        let report = try read(at: service.now())
        return try await append(
            report.events, to: session, request, attempt: report.attempt, commandID: report.commandID,
            accepted: report.readingCount, canonical: { try read(at: Self.anyTime).events })
    }

    /// Stands for the server's own time where repeats of a report are compared.
    private static let anyTime = Timestamp(rawValue: 1)

    private enum ReportType { case json, protobuf }

    private func report(_ request: Request) async throws -> (ReportType, [UInt8]) {
        let type = try RequestReading.requireContentType(["application/json", "application/x-protobuf"], of: request)
        let bytes = try await RequestReading.body(request, limit: RequestReading.maximumReportByteCount)
        return (type == "application/json" ? .json : .protobuf, bytes)
    }

    /// Appends what an attempt measured; also late, from an attempt that does not hold the session any more, unless
    /// `isLifecycle`.
    ///
    /// `canonical` makes the events that a repeat is compared by, where `events` hold the time of the server.
    private func append(
        _ events: [TelemetryEvent], to session: Session.ID, _ request: Request, attempt: UInt32, commandID: String?,
        accepted: Int?, isLifecycle: Bool = false, canonical: (() throws -> [TelemetryEvent])? = nil
    ) async throws -> Response {
        let (holder, state) = try await service.leaseHolder(of: request, session: session, claimed: attempt)
        if isLifecycle, state.attempt?.number != holder.attempt {
            throw SessionRefusal.staleAttempt(holder.attempt, current: state.attempt?.number)
        }
        var encoded: [NewEvent] = []
        encoded.reserveCapacity(events.count)
        for event in events { encoded.append(try event.encoded()) }
        let identity = try RequestReading.identity(
            of: request, service: service, bodyCommandID: commandID, actor: "trainer"
        ) {
            let compared = try canonical?().map { try $0.encoded() } ?? encoded
            return compared.flatMap { Array($0.type.utf8) + $0.payload }
        }
        let result = try await service.store.append(
            AppendRequest(
                stream: session.telemetry, events: encoded, expecting: .any, commandID: identity.id,
                commandDigest: identity.digest, actor: identity.actor))
        return service.receipt(session, state, attempt: holder.attempt, position: result.last, accepted: accepted)
    }

    @Sendable private func readLogs(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let query = try QueryReader(request)
        let after = try query.integer("after", in: 0...Int.max) ?? 0
        let limit = try query.limit(maximum: 1000) ?? 100
        let rank = try query.integer("rank", in: 0...65_535).map { UInt32($0) }
        return try await service.answer(request, query: query) { snapshot in
            _ = try snapshot.document(of: session)
            let page = try snapshot.logLines(of: session, after: UInt64(after), limit: limit, rank: rank)
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("session_id")
            writer.string(session.text)
            writer.key("lines")
            writer.beginArray()
            for line in page.lines {
                writer.beginObject()
                writer.key("line")
                writer.integer(line.number)
                writer.key("time")
                writer.string(Timestamp(rawValue: line.time).description)
                writer.key("text")
                writer.string(line.text)
                writer.key("source")
                writer.string(line.source)
                if !line.level.isEmpty {
                    writer.key("level")
                    writer.string(line.level)
                }
                writer.key("attempt")
                writer.integer(line.attempt)
                writer.key("rank")
                writer.integer(line.rank)
                writer.endObject()
            }
            writer.endArray()
            writer.key("total")
            writer.integer(page.total)
            writer.key("last_line")
            writer.integer(page.lines.last?.number ?? UInt64(after))
            writer.endObject()
            return writer.bytes
        }
    }

    @Sendable private func readHostReadings(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let query = try QueryReader(request)
        let maximumPoints = try query.integer("max_points", in: 4...100_000)
        let nonfinite = try query.nonfinite()
        return try await service.answer(request, query: query) { snapshot in
            _ = try snapshot.document(of: session)
            var series: [JSONValue] = []
            for readings in try snapshot.hostReadings(of: session, maximumPoints: maximumPoints) {
                var object: JSONObject = ["name": .string(readings.name), "rank": .count(readings.rank)]
                object.add(text: readings.host, "host")
                object.add("times", .array(readings.times.map { .time($0) }))
                object.add("values", .array(readings.values.map { .number($0) }))
                series.append(.object(object))
            }
            let answer: JSONValue = ["session_id": .string(session.text), "series": .array(series)]
            return answer.encoded(nonfinite: nonfinite)
        }
    }
}
