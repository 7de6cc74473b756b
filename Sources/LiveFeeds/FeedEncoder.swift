import JSON
import Tracking

/// Turns recorded events into frames.
///
/// The frames of an event depend on the event alone (and, for endings, on the session's outlook), so that the parts of
/// a long one can be counted again after a reconnection.
enum FeedEncoder {
    /// The bytes reserved in a frame for all but its lists.
    private static let headReserve = 4096
    /// Points of one series that stand together.
    private static let pointsPerPiece = 1024
    /// The bytes of text that stand together; a byte can need six in JSON.
    private static let textPieceByteCount = 32 * 1024

    /// The frames of `event`; none when it is not told on feeds.
    ///
    /// - Throws: when the event's payload cannot be read.
    static func frames(
        of event: RecordedEvent, outlook: SessionOutlook?
    ) throws(EventCodecError) -> [FeedFrame] {
        switch event.stream.category {
        case .session:
            do {
                let body = try SessionEvent(event)
                return frames(of: body, event, outlook) + notification(of: body, event)
            } catch EventCodecError.unknownType {
                return []
            }
        case .telemetry:
            do {
                return try frames(of: TelemetryEvent(event), event)
            } catch EventCodecError.unknownType {
                return []
            }
        case .alert:
            do {
                let body = try AlertEvent(event)
                return [frame(of: body, event)] + notification(of: body, event)
            } catch EventCodecError.unknownType {
                return []
            }
        case .webhook: return try failedDelivery(event).map { [notification(of: $0, event)] } ?? []
        default: return []
        }
    }

    /// The first frame of a feed.
    static func connection(scope: FeedScope, cursor: FeedCursor, head: LogPosition) -> FeedFrame {
        var writer = JSONWriter()
        begin(.connection, cursor.position, &writer)
        switch scope {
        case .session(let id):
            writer.key("session_id")
            writer.string(id.text)
        case .everything: break
        }
        writer.key("head")
        writer.integer(head.rawValue)
        writer.endObject()
        return FeedFrame(type: .connection, cursor: cursor, text: writer.bytes)
    }

    /// The frame that says that nothing happened.
    static func heartbeat(cursor: FeedCursor) -> FeedFrame {
        var writer = JSONWriter()
        begin(.heartbeat, cursor.position, &writer)
        writer.endObject()
        return FeedFrame(type: .heartbeat, cursor: cursor, text: writer.bytes)
    }

    /// The frame that tells the progress within the running epoch, which the log, ending at `head`, does not keep.
    static func progress(_ progress: SessionProgress, of session: Session.ID, head: LogPosition) -> FeedFrame {
        var writer = JSONWriter()
        begin(.metrics, head, &writer)
        writer.key("session_id")
        writer.string(session.text)
        writer.key("timestamp")
        writer.string(Timestamp(rawValue: progress.time).description)
        write(
            attempt: progress.attempt, epoch: progress.epoch, step: progress.step, fraction: progress.epochFraction,
            to: &writer)
        writer.key("series")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        return FeedFrame(type: .metrics, cursor: FeedCursor(head), text: writer.bytes)
    }

    private static func write(
        attempt: UInt32, epoch: UInt32, step: UInt64, fraction: Double, to writer: inout JSONWriter
    ) {
        writer.key("attempt")
        writer.integer(attempt)
        writer.key("epoch")
        writer.integer(epoch)
        writer.key("step")
        writer.integer(step)
        writer.key("epoch_fraction")
        writer.number(fraction)
    }

    // MARK: - Sessions

    private static func frames(
        of event: SessionEvent, _ record: RecordedEvent, _ outlook: SessionOutlook?
    ) -> [FeedFrame] {
        switch event {
        case .epochCompleted(let epoch):
            return list(.epochComplete, record, key: "metrics", members(of: epoch.metrics), isObject: true) { writer in
                writer.key("epoch")
                writer.integer(epoch.epoch)
                writer.key("step")
                writer.integer(epoch.step)
                writer.key("attempt")
                writer.integer(epoch.attempt)
            }
        case .checkpointSaved(let saved):
            return list(.checkpointSaved, record, key: "metrics", members(of: saved.metrics), isObject: true) {
                checkpoint(saved, &$0)
            }
        case .completed(let completed) where outlook != nil:
            return [ending(completed, record, outlook)]
        case .failed(let failed) where outlook != nil:
            return [
                single(.error, record) { writer in
                    writer.key("message")
                    writer.string(bounded(failed.message.isEmpty ? "the training failed" : failed.message))
                    writer.key("attempt")
                    writer.integer(failed.attempt)
                }
            ]
        default:
            guard let status = StatusChange(event) else { return [] }
            return [single(.status, record) { status.write(to: &$0) }]
        }
    }

    private static func checkpoint(_ saved: CheckpointSaved, _ writer: inout JSONWriter) {
        writer.key("checkpoint_id")
        writer.string(saved.checkpointID)
        writer.key("epoch")
        writer.integer(saved.epoch)
        writer.key("step")
        writer.integer(saved.step)
        writer.key("attempt")
        writer.integer(saved.attempt)
        writer.key("digest")
        writer.string(saved.digest)
        writer.key("file_name")
        writer.string(saved.fileName)
        writer.key("byte_count")
        writer.integer(saved.byteCount)
        writer.key("stored_byte_count")
        writer.integer(saved.storedByteCount)
        writer.key("marks")
        writer.beginArray()
        for mark in saved.marks {
            switch mark {
            case .last: writer.string("last")
            case .stop: writer.string("stop")
            default: break
            }
        }
        writer.endArray()
    }

    private static func ending(
        _ completed: Completed, _ record: RecordedEvent, _ outlook: SessionOutlook?
    ) -> FeedFrame {
        let all = completed.finalMetrics.isEmpty ? outlook?.lastMetrics ?? [] : completed.finalMetrics
        return single(.trainingComplete, record) { writer in
            var byteCount = 0
            writer.key("final_metrics")
            writer.beginObject()
            for metric in all where metric.value.isFinite {
                byteCount += 2 * metric.name.utf8.count + 32
                guard byteCount < FeedFrame.maximumByteCount / 2 else { break }
                writer.key(metric.name)
                writer.number(metric.value)
            }
            writer.endObject()
            writer.key("nonfinite_metrics")
            writer.beginArray()
            for metric in all where !metric.value.isFinite {
                byteCount += 2 * metric.name.utf8.count + 8
                guard byteCount < FeedFrame.maximumByteCount * 3 / 4 else { break }
                writer.string(metric.name)
            }
            writer.endArray()
            writer.key("epoch")
            writer.integer(completed.epoch)
            writer.key("step")
            writer.integer(completed.step)
            writer.key("attempt")
            writer.integer(completed.attempt)
            if !completed.earlyStopReason.isEmpty {
                writer.key("early_stop_reason")
                writer.string(bounded(completed.earlyStopReason))
            }
        }
    }

    // MARK: - Telemetry

    private static func frames(
        of event: TelemetryEvent, _ record: RecordedEvent
    ) -> [FeedFrame] {
        switch event {
        case .metricsReported(let report):
            return list(.metrics, record, key: "series", report.series.flatMap(pieces)) { writer in
                writer.key("attempt")
                writer.integer(report.attempt)
            }
        case .progressReported(let progress):
            return list(.metrics, record, key: "series", []) { writer in
                write(
                    attempt: progress.attempt, epoch: progress.epoch, step: progress.step,
                    fraction: progress.epochFraction, to: &writer)
            }
        case .linesLogged(let report):
            return list(.log, record, key: "lines", report.lines.flatMap(pieces)) { writer in
                writer.key("attempt")
                writer.integer(report.attempt)
                writer.key("rank")
                writer.integer(report.rank)
            }
        case .hostReadingsTaken(let report):
            return list(.host, record, key: "readings", report.readings.map(element)) { writer in
                writer.key("attempt")
                writer.integer(report.attempt)
                writer.key("rank")
                writer.integer(report.rank)
                writer.key("host")
                writer.string(report.host)
            }
        }
    }

    /// A series in pieces: `{"name", "steps", "values", "times"}`, the last only when the sender gave times.
    private static func pieces(of series: MetricSeries) -> [[UInt8]] {
        let steps = sums(series.stepDeltas)
        let times = sums(series.timeDeltas)
        let count = min(steps.count, series.values.count)
        let hasTimes = times.count >= count && !times.isEmpty
        return stride(from: 0, to: count, by: pointsPerPiece).map { start in
            let range = start..<min(start + pointsPerPiece, count)
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("name")
            writer.string(series.name)
            writer.key("steps")
            writer.beginArray()
            for index in range { writer.integer(steps[index]) }
            writer.endArray()
            writer.key("values")
            writer.beginArray()
            for index in range { writer.number(series.values[index]) }
            writer.endArray()
            if hasTimes {
                writer.key("times")
                writer.beginArray()
                for index in range { writer.string(Timestamp(rawValue: times[index]).description) }
                writer.endArray()
            }
            writer.endObject()
            return writer.bytes
        }
    }

    /// A line, or its pieces: all but the last say that they are continued.
    private static func pieces(of line: LogLine) -> [[UInt8]] {
        let pieces = FramePacking.pieces(of: line.text, limit: textPieceByteCount)
        return pieces.enumerated().map { index, piece in
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("time")
            writer.string(Timestamp(rawValue: line.time).description)
            writer.key("source")
            writer.string(line.source)
            writer.key("level")
            writer.string(line.level)
            writer.key("text")
            writer.string(String(piece))
            if index < pieces.count - 1 {
                writer.key("continued")
                writer.bool(true)
            }
            writer.endObject()
            return writer.bytes
        }
    }

    private static func element(of reading: HostReading) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("time")
        writer.string(Timestamp(rawValue: reading.time).description)
        writer.key("name")
        writer.string(reading.name)
        writer.key("value")
        writer.number(reading.value)
        writer.endObject()
        return writer.bytes
    }

    private static func sums(_ deltas: [Int64]) -> [Int64] {
        var sum: Int64 = 0
        return deltas.map { delta in
            sum &+= delta
            return sum
        }
    }

    // MARK: - Frames

    /// `"name":value` for each metric; NaN and the infinities as strings.
    private static func members(of metrics: [Metric]) -> [[UInt8]] {
        metrics.map { metric in
            var writer = JSONWriter()
            writer.beginObject()
            writer.key(metric.name)
            writer.number(metric.value)
            writer.endObject()
            return Array(writer.bytes.dropFirst().dropLast())
        }
    }

    static func single(
        _ type: FeedFrameType, _ record: RecordedEvent, _ body: (inout JSONWriter) -> Void
    ) -> FeedFrame {
        var writer = JSONWriter()
        begin(type, record, &writer)
        body(&writer)
        writer.endObject()
        return FeedFrame(type: type, cursor: FeedCursor(record.position), text: writer.bytes)
    }

    /// One frame, or several that share out a list (or an object's members) under `key`.
    private static func list(
        _ type: FeedFrameType, _ record: RecordedEvent, key: String, _ elements: [[UInt8]], isObject: Bool = false,
        _ head: (inout JSONWriter) -> Void
    ) -> [FeedFrame] {
        let texts = FramePacking.packed(elements, limit: FeedFrame.maximumByteCount - headReserve)
        return texts.enumerated().map { index, text in
            var writer = JSONWriter(reservingCapacity: text.count + 512)
            begin(type, record, &writer)
            if texts.count > 1 {
                writer.key("part")
                writer.integer(index + 1)
                writer.key("parts")
                writer.integer(texts.count)
            }
            head(&writer)
            writer.key(key)
            let brackets = isObject ? ("{", "}") : ("[", "]")
            writer.raw(Array(brackets.0.utf8) + text + Array(brackets.1.utf8))
            writer.endObject()
            let part = index + 1 < texts.count ? index + 1 : nil
            return FeedFrame(type: type, cursor: FeedCursor(record.position, part: part), text: writer.bytes)
        }
    }

    private static func begin(_ type: FeedFrameType, _ position: LogPosition, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("type")
        writer.string(type.rawValue)
        writer.key("position")
        writer.integer(position.rawValue)
    }

    private static func begin(_ type: FeedFrameType, _ record: RecordedEvent, _ writer: inout JSONWriter) {
        begin(type, record.position, &writer)
        // An alert of the server has no session, and a webhook is none.
        if record.stream.category != .webhook, Session.ID(record.stream.identity) != nil {
            writer.key("session_id")
            writer.string(record.stream.identity)
        }
        writer.key("timestamp")
        writer.string(record.time.description)
    }

    /// A message that fits a frame beside everything else.
    static func bounded(_ message: String) -> String {
        let pieces = FramePacking.pieces(of: message, limit: textPieceByteCount)
        return pieces.count > 1 ? pieces[0] + "…" : message
    }
}
