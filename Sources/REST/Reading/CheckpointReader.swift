import API
import Application
import Blobs
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Tracking
import WebServer

/// Reads a checkpoint on its way in: its fields, and its bytes, which go to the blob store while they come.
struct CheckpointReader {
    private let call: Call
    private let checkpoints: Checkpoints
    private var fields = JSONObject()
    private var stored: StoredBlob?
    /// The session, once it may have the checkpoint, and the lease, if one is shown, is one of its attempts'.
    private var session: Session.ID?

    init(_ call: Call, _ checkpoints: Checkpoints) {
        self.call = call
        self.checkpoints = checkpoints
    }

    /// Reads all of it.
    ///
    /// When this throws, what was stored is taken away; otherwise the caller saves or discards it.
    consuming func read() async throws -> (Checkpoints.Draft, StoredBlob) {
        try call.requireFile()
        try checkpoints.checkRoom(for: call.announcedByteCount)
        let type = try call.requireContentType(["multipart/form-data", "application/octet-stream"])
        do {
            if type == "multipart/form-data" { try await readForm() } else { try await readRaw() }
            // The file comes first among what is missed: without it the request says nothing.
            guard let stored else { throw FieldError("file", "is required") }
            return (try Self.draft(try upload()), stored)
        } catch {
            if let stored { await checkpoints.discard(stored) }
            throw error
        }
    }

    private mutating func readForm() async throws {
        let form = FormBox(try MultipartReader(call.request))
        while let part = try await form.reader.nextPart() {
            if part.name == "file" {
                guard stored == nil else { throw FieldError("file", "was sent twice; send one file") }
                if fields["filename"] == nil, let name = part.fileName { fields["filename"] = .string(name) }
                stored = try await checkpoints.store(PartBytes(form: form), from: source, asCheckpointOf: session)
            } else if Self.names.contains(part.name) {
                fields[part.name] = try Self.value(part.name, try await form.reader.field())
                // A session that cannot have it is refused before the bytes come.
                if part.name == "session_id" { try await admit() }
            }
        }
    }

    private mutating func readRaw() async throws {
        for name in Self.names {
            if let text = call.query.text(name) { fields[name] = try Self.value(name, text) }
        }
        _ = try upload()
        try await admit()
        stored = try await checkpoints.store(call.request.body, from: source, asCheckpointOf: session)
    }

    private mutating func admit() async throws {
        let session = try Session.ID(named: fields["session_id"]?.stringValue ?? "")
        try await checkpoints.admit(session, token: call.leaseToken)
        self.session = session
    }

    private var source: UploadSource { call.uploadSource(isLeased: session != nil && call.leaseToken != nil) }

    private func upload() throws -> CheckpointUpload { try CheckpointUpload(.object(fields), strictly: true) }

    private static let names = CheckpointUpload.fields.map(\.name)

    /// Reads `text` as a value of the field: numbers and objects are written as in JSON, marks with commas.
    private static func value(_ name: String, _ text: String) throws -> JSONValue? {
        switch name {
        case "epoch", "step", "attempt":
            guard let number = Int64(text) else {
                throw FieldError(name, "must be a whole number, not '\(text.prefix(64))'")
            }
            return .integer(number)
        case "metrics":
            guard !text.isEmpty else { return nil }
            do {
                return try JSONValue.parse(Array(text.utf8))
            } catch {
                throw FieldError("metrics", "is not JSON: \(error)")
            }
        case "metric_value":
            guard let number = Double(text) else {
                throw FieldError(name, "must be a number, not '\(text.prefix(64))'")
            }
            return .number(number)
        case "is_best":
            guard let flag = ["true": true, "1": true, "false": false, "0": false][text.lowercased()] else {
                throw FieldError(name, "must be true or false, not '\(text.prefix(64))'")
            }
            return .bool(flag)
        case "marks": return .array(text.split(separator: ",").map { .string(String($0)) })
        default: return .string(text)
        }
    }

    private static func draft(_ upload: CheckpointUpload) throws -> Checkpoints.Draft {
        var draft = Checkpoints.Draft(
            session: try Session.ID(named: upload.sessionID), epoch: upload.epoch,
            fileName: ContentDisposition.sanitized(upload.fileName ?? "checkpoint_epoch_\(upload.epoch)"))
        draft.step = upload.step.map { UInt64($0) }
        draft.attempt = upload.attempt
        draft.metrics = [Metric](try metrics(of: upload))
        draft.marks = (upload.marks ?? []).map { $0 == "stop" ? .stop : .last }
        return draft
    }

    /// The metrics, with the one that stands alone among them.
    private static func metrics(of upload: CheckpointUpload) throws(FieldError) -> [MetricValue] {
        switch (upload.metricName, upload.metricValue) {
        case (nil, nil):
            guard upload.isBest != true || !upload.metrics.isEmpty else {
                throw FieldError(
                    "is_best",
                    "is decided by the session's monitored metric; send its value in metrics, or in metric_name and "
                        + "metric_value")
            }
            return upload.metrics
        case (nil, _?): throw FieldError("metric_name", "is required with metric_value")
        case (_?, nil): throw FieldError("metric_value", "is required with metric_name")
        case (let name?, let value?):
            try MetricNames.check(name, field: "metric_name")
            guard let other = upload.metrics[name] else {
                return upload.metrics + [MetricValue(name: name, value: value)]
            }
            guard other == value || (other.isNaN && value.isNaN) else {
                throw FieldError("metric_value", "is \(value), but metrics has \(other) for \(name)")
            }
            return upload.metrics
        }
    }

    /// The form that is being read: the reader moves while the blob store asks for the file's bytes.
    private final class FormBox {
        var reader: MultipartReader

        init(_ reader: MultipartReader) { self.reader = reader }
    }

    /// The bytes of the form's current part.
    private struct PartBytes: AsyncSequence {
        typealias Element = ByteBuffer
        typealias Failure = any Error

        let form: FormBox

        func makeAsyncIterator() -> Iterator { Iterator(form: form) }

        struct Iterator: AsyncIteratorProtocol {
            let form: FormBox

            mutating func next() async throws -> ByteBuffer? { try await form.reader.nextBytes() }
        }
    }
}
