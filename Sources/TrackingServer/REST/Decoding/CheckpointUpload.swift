import Blobs
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Tracking

/// A checkpoint on its way in: its fields, and its bytes, which go to the blob store while they come.
struct CheckpointUpload {
    private(set) var sessionID: Session.ID?
    private(set) var epoch: UInt32?
    private(set) var step: UInt64?
    private(set) var attempt: UInt32?
    private(set) var metrics: [Metric] = []
    private(set) var marks: [CheckpointMark] = []
    private(set) var fileName: String?
    private(set) var stored: StoredBlob?

    /// Reads the upload of `request`; `admit` is asked as soon as the session is known.
    ///
    /// When this throws, what was stored is released.
    static func read(
        _ request: Request, into blobs: any BlobStore, admit: (Session.ID) async throws -> Void
    ) async throws -> CheckpointUpload {
        guard request.headers[.contentLength] != nil || request.headers[.transferEncoding] != nil else {
            throw APIError(
                .lengthRequired, code: "length_required",
                message: "Send Content-Length or chunked Transfer-Encoding.")
        }
        let type = try RequestReading.requireContentType(
            ["multipart/form-data", "application/octet-stream"], of: request)
        var upload = CheckpointUpload()
        do {
            if type == "multipart/form-data" {
                try await upload.readForm(request, into: blobs, admit: admit)
            } else {
                try await upload.readRaw(request, into: blobs, admit: admit)
            }
            guard upload.stored != nil else { throw FieldError("file", "is required") }
            guard upload.epoch != nil else { throw FieldError("epoch", "is required") }
            guard upload.sessionID != nil else { throw FieldError("session_id", "is required") }
        } catch {
            if let stored = upload.stored { await blobs.release(stored.pin) }
            throw error
        }
        return upload
    }

    private mutating func readForm(
        _ request: Request, into blobs: any BlobStore, admit: (Session.ID) async throws -> Void
    ) async throws {
        let form = FormBox(try MultipartReader(request))
        while let part = try await form.reader.nextPart() {
            if part.name == "file" {
                guard stored == nil else { throw FieldError("file", "was sent twice; send one file") }
                fileName = part.fileName
                stored = try await blobs.put(contentsOf: PartBytes(form: form), hint: .unknown)
            } else if Self.fields.contains(part.name) {
                try set(part.name, try await form.reader.field())
                if part.name == "session_id", let sessionID { try await admit(sessionID) }
            }
        }
    }

    private mutating func readRaw(
        _ request: Request, into blobs: any BlobStore, admit: (Session.ID) async throws -> Void
    ) async throws {
        let query = try QueryReader(request)
        for name in Self.fields {
            if let text = query.text(name) { try set(name, text) }
        }
        guard let sessionID else { throw FieldError("session_id", "is required") }
        guard epoch != nil else { throw FieldError("epoch", "is required") }
        fileName = query.text("filename")
        try await admit(sessionID)
        stored = try await blobs.put(contentsOf: request.body, hint: .unknown)
    }

    private static let fields = ["session_id", "epoch", "step", "attempt", "metrics", "marks"]

    private mutating func set(_ name: String, _ text: String) throws {
        switch name {
        case "session_id":
            guard let id = Session.ID(text) else { throw APIError.unknownSession(text) }
            sessionID = id
        case "epoch": epoch = UInt32(try Self.integer(name, text, 0...Int64(UInt32.max)))
        case "step": step = UInt64(try Self.integer(name, text, 0...MetricsReport.maximumStep))
        case "attempt": attempt = UInt32(try Self.integer(name, text, 1...Int64(UInt32.max)))
        case "metrics":
            guard !text.isEmpty else { return }
            let value: JSONValue
            do {
                value = try JSONValue.parse(Array(text.utf8))
            } catch {
                throw FieldError("metrics", "is not JSON: \(error)")
            }
            guard let object = value.objectValue else {
                throw FieldError("metrics", "must be a JSON object, not \(value.kindName)")
            }
            metrics = try JSONFields.metrics(object, path: "metrics")
        case "marks":
            for word in text.split(separator: ",") {
                switch word {
                case "stop": marks.append(.stop)
                case "last": marks.append(.last)
                default: throw FieldError("marks", "must be stop, last or both, separated by a comma, not '\(text)'")
                }
            }
        default: break
        }
    }

    private static func integer(_ name: String, _ text: String, _ range: ClosedRange<Int64>) throws(FieldError) -> Int64
    {
        guard let number = Int64(text) else {
            throw FieldError(name, "must be a whole number, not '\(text.prefix(64))'")
        }
        return try JSONFields.integer(.integer(number), in: range, name)
    }

    /// The form that is being read: the reader moves while the blob store asks for the file's bytes.
    private final class FormBox {
        var reader: MultipartReader

        init(_ reader: MultipartReader) { self.reader = reader }
    }

    /// The bytes of the form's current part.
    private struct PartBytes: AsyncSequence {
        typealias Element = ByteBuffer

        let form: FormBox

        func makeAsyncIterator() -> Iterator { Iterator(form: form) }

        struct Iterator: AsyncIteratorProtocol {
            let form: FormBox

            mutating func next() async throws -> ByteBuffer? { try await form.reader.nextBytes() }
        }
    }
}
