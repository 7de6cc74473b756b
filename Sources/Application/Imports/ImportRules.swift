import JSON
import SwiftProtobuf
import Tracking

/// The rules that events of another server must keep before they are taken into the log: those that requests are held to, so
/// that nothing in the log is what no request could have brought.
enum ImportRules {
    /// Microseconds since 1970 that can be written with four digits for the year.
    private static let times: ClosedRange<Int64> = 0...253_402_300_799_999_999
    /// JSON numbers are exact up to here.
    private static let steps: ClosedRange<Int64> = 0...9_007_199_254_740_991

    /// The event of `record`, ready to be appended as the one at `version` of `stream`.
    static func event(
        of record: EventRecord, in stream: StreamID, at version: UInt64, priority: AppendPriority, schemaVersion: UInt32
    ) throws(TrackerError) -> NewEvent {
        try require(record.stream == stream.description, "stream", "is '\(record.stream.prefix(80))', not \(stream)")
        try require(record.version == version, "version", "is \(record.version) where \(version) comes next")
        try require(record.id.count == EventID.byteCount, "id", "has \(record.id.count) bytes, not 16")
        try require(
            record.schemaVersion <= schemaVersion, "schema_version",
            "is \(record.schemaVersion), and this server knows \(schemaVersion): use a newer PIVOT here")
        try require(record.payload.count <= NewEvent.maximumPayloadByteCount, "payload", "is larger than 256 KiB")
        try require(isName(record.actor, 0...255), "actor", "must be at most 255 bytes without control characters")
        try require(times.contains(record.firstRecordedAt), "recorded_at", "is not between 1970 and 9999")
        if record.hasOccurredAt {
            try require(times.contains(record.occurredAt), "occurred_at", "is not between 1970 and 9999")
        }
        return NewEvent(
            type: record.type, schemaVersion: record.schemaVersion, payload: [UInt8](record.payload),
            occurredAt: record.hasOccurredAt ? Timestamp(rawValue: record.occurredAt) : nil, priority: priority,
            origin: .init(
                id: EventID(bytes: [UInt8](record.id)), recordedAt: Timestamp(rawValue: record.firstRecordedAt),
                actor: record.actor))
    }

    /// Checks that `event` may follow in a session that is in `state`.
    static func check(_ event: SessionEvent, after state: SessionState) throws(TrackerError) {
        if case .created = event {
            try require(state.status == nil, "type", "is session.created for the second time")
        } else {
            try require(state.status != nil, "type", "must be session.created in a session's first event")
        }
        switch event {
        case .created(let created): try check(created)
        case .paramsSet(let set): try check(names: set.params.map(\.name), "params")
        case .provenanceRecorded(let recorded): try check(names: recorded.facts.map(\.name), "facts")
        case .attemptClaimed(let claim):
            try require(claim.attempt == state.attemptCount + 1, "attempt", "is not the one after the last")
        case .attemptStarted(let started):
            try check(attempt: started.attempt, state)
            try require(started.firstEpoch >= 1 && started.firstStep >= 1, "first_epoch", "must count from 1")
            try require(Int64(exactly: started.firstStep).map(steps.contains) == true, "first_step", "is too large")
        case .epochCompleted(let epoch):
            try require(epoch.epoch >= 1, "epoch", "must count from 1")
            try check(epoch.metrics)
        case .checkpointSaved(let saved): try check(saved)
        case .artifactSaved(let saved): try check(saved, state)
        case .completed(let completed): try check(completed.finalMetrics)
        case .resultReported(let result):
            try check(names: [result.name], "name")
            try require(isName(result.source, 0...255), "source", "has control characters, or more than 255 bytes")
        case .renamed(let renamed): try check(names: [renamed.name], "name")
        case .tagged(let tagged): try check(names: tagged.tags, "tags")
        case .deleted: throw .invalid(field: "type", reason: "is session.deleted, and a deleted session has no events")
        case .startRequested, .checkpointDeleted, .artifactDeleted, .stopRequested, .stopped, .failed, .attemptLost,
            .reproductionReported, .noted, .archived, .unarchived, .imported, .redacted:
            break
        }
    }

    /// Checks a measurement.
    static func check(_ event: TelemetryEvent) throws(TrackerError) {
        switch event {
        case .metricsReported(let reported):
            try check(names: reported.series.map(\.name), "series.name")
            for series in reported.series {
                try require(
                    series.stepDeltas.count == series.values.count
                        && (series.timeDeltas.isEmpty || series.timeDeltas.count == series.values.count),
                    "series", "must have columns of equal lengths")
                try check(sumsOf: series.stepDeltas, in: steps, "series.step_deltas")
                try check(sumsOf: series.timeDeltas, in: times, "series.time_deltas")
            }
        case .linesLogged(let logged):
            for line in logged.lines {
                try require(isName(line.source, 0...64), "lines.source", "is not a word")
                try require(isName(line.level, 0...64), "lines.level", "is not a word")
            }
        case .hostReadingsTaken(let taken):
            try check(names: taken.readings.map(\.name), "readings.name")
            try require(isName(taken.host, 0...255), "host", "must be at most 255 bytes without control characters")
        case .progressReported: break
        }
    }

    private static func check(_ created: SessionCreated) throws(TrackerError) {
        try check(names: [created.name], "name")
        try check(names: created.tags, "tags")
        try check(names: created.params.map(\.name), "params")
        for (field, text) in [
            ("experiment", created.experiment), ("group", created.group), ("monitor", created.monitor),
            ("trainer_kind", created.trainerKind),
        ] {
            try require(isName(text, 0...255), field, "must be at most 255 bytes without control characters")
        }
        guard !created.configuration.isEmpty else { return }
        let configuration: JSONValue
        do {
            configuration = try JSONValue.parse(Array(created.configuration.utf8))
        } catch {
            throw .invalid(field: "configuration", reason: "is not JSON: \(error)")
        }
        try require(configuration.objectValue != nil, "configuration", "is no JSON object")
        // What may be done with a session goes by the one, and what a trainer does by the other.
        if let kind = configuration["trainer"]?["kind"] {
            try require(kind == .string(created.trainerKind), "trainer_kind", "is not the one of the configuration")
        }
    }

    private static func check(_ saved: CheckpointSaved) throws(TrackerError) {
        try require(Checkpoint.ID(saved.checkpointID) != nil, "checkpoint_id", "is not spelled like one")
        try require(Digest(saved.digest) != nil, "digest", "is not sha256: and 64 hexadecimal digits")
        try require(Int64(exactly: saved.byteCount) != nil, "byte_count", "is too large")
        try require(isFileName(saved.fileName), "file_name", "is not the name of a file")
        try check(saved.metrics)
    }

    private static func check(_ saved: ArtifactSaved, _ state: SessionState) throws(TrackerError) {
        let components = saved.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        try require(
            saved.path.utf8.count <= 1024 && !components.isEmpty && components.allSatisfy { isFileName($0, 1024) },
            "path", "is not a relative path of at most 1024 bytes without '.', '..' and control characters")
        try require(Digest(saved.digest) != nil, "digest", "is not sha256: and 64 hexadecimal digits")
        try require(Int64(exactly: saved.byteCount) != nil, "byte_count", "is too large")
        let version = (state.artifacts[saved.path]?.version ?? 0) + 1
        try require(saved.version == version, "version", "is \(saved.version) where \(version) comes next")
        try require(
            saved.contentType.utf8.count <= 255 && saved.contentType.utf8.allSatisfy { (32...126).contains($0) },
            "content_type", "is no media type")
        try require(isName(saved.kind, 0...64) && isName(saved.key, 0...255), "key", "has control characters")
    }

    private static func check(_ metrics: [Metric]) throws(TrackerError) {
        try check(names: metrics.map(\.name), "metrics")
    }

    private static func check(names: [String], _ field: String) throws(TrackerError) {
        for name in names where !isName(name, 1...Session.maximumNameByteCount) {
            throw .invalid(
                field: field,
                reason:
                    "holds the name '\(name.prefix(80))'; 1 to \(Session.maximumNameByteCount) bytes without control "
                    + "characters are allowed")
        }
    }

    private static func check(attempt: UInt32, _ state: SessionState) throws(TrackerError) {
        try require((1...max(state.attemptCount, 1)).contains(attempt), "attempt", "was never claimed")
    }

    private static func check(
        sumsOf deltas: [Int64], in range: ClosedRange<Int64>, _ field: String
    ) throws(TrackerError) {
        var sum: Int64 = 0
        for delta in deltas {
            let (next, isTooLarge) = sum.addingReportingOverflow(delta)
            try require(!isTooLarge && range.contains(next), field, "leave \(range.lowerBound) to \(range.upperBound)")
            sum = next
        }
    }

    private static func isName(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
        lengths.contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 32 && $0 != 127 }
    }

    private static func isFileName(_ name: String, _ length: Int = 255) -> Bool {
        isName(name, 1...length) && name != "." && name != ".." && !name.contains("/") && !name.contains("\\")
    }

    private static func require(
        _ isTrue: Bool, _ field: String, _ reason: @autoclosure () -> String
    ) throws(TrackerError) {
        guard isTrue else { throw .invalid(field: field, reason: reason()) }
    }
}
