import EventLog
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Tracking

/// Reads what the API's requests have in common.
enum RequestReading {
    /// The most bytes of a JSON body that is not a report.
    static let maximumBodyByteCount = 1 << 20
    /// The most bytes of a report.
    static let maximumReportByteCount = 16 << 20

    /// The whole body.
    ///
    /// - Throws: 413 over `limit`.
    static func body(_ request: Request, limit: Int) async throws -> [UInt8] {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw APIError.tooLarge(limit: limit)
        }
        return Array(buffer.readableBytesView)
    }

    /// The body as a JSON object.
    ///
    /// - Throws: 415 for another content type, 400 for a body that is not JSON, 422 for one that is not an object.
    static func jsonObject(_ request: Request, limit: Int = maximumBodyByteCount) async throws -> JSONObject {
        try requireContentType(["application/json"], of: request)
        let value = try JSONValue.parse(try await body(request, limit: limit))
        guard let object = value.objectValue else {
            throw FieldError("body", "must be a JSON object, not \(value.kindName)")
        }
        return object
    }

    /// The JSON object of a request whose fields all have defaults; an empty body is one without fields.
    static func optionalJSONObject(_ request: Request) async throws -> JSONObject {
        guard request.headers[.contentLength] != "0", request.headers[.contentType] != nil else { return [:] }
        return try await jsonObject(request)
    }

    /// The content type of `request`, one of `types`; the first when it says none.
    @discardableResult
    static func requireContentType(_ types: [String], of request: Request) throws(APIError) -> String {
        guard let text = request.headers[.contentType] else { return types[0] }
        let type = text.split(separator: ";").first.map { $0.trimmingCharacters(in: .whitespaces).lowercased() } ?? ""
        guard types.contains(type) else {
            throw APIError(
                .unsupportedMediaType, code: "unsupported_media_type",
                message: "This route takes \(types.joined(separator: " or ")), not \(type).",
                details: ["accepted": .strings(types)])
        }
        return type
    }

    /// The session in the path.
    ///
    /// - Throws: 404 when the name is not spelled like a session's.
    static func sessionID(_ context: APIRequestContext) throws -> Session.ID {
        let text = context.parameters.get("session_id") ?? ""
        guard let id = Session.ID(text) else { throw APIError.unknownSession(text) }
        return id
    }

    /// Whether what later attempts superseded is asked for too: `attempts=all`.
    static func wantsAllAttempts(_ query: QueryReader) throws(FieldError) -> Bool {
        switch query.text("attempts") {
        case nil, "current": return false
        case "all": return true
        case let text?: throw FieldError("attempts", "must be current or all, not '\(text)'")
        }
    }

    /// Who asks for what: the id that the sender chose in `Idempotency-Key` or in the body, or a fresh one.
    ///
    /// - Parameters:
    ///   - canonical: Bytes that are the same for the same command, however it was written. Read only when the sender
    ///     chose an id.
    static func identity(
        of request: Request, service: TrackingService, bodyCommandID: String? = nil, actor: String = "api",
        occurredAt: Timestamp? = nil, canonical: () throws -> [UInt8]
    ) throws -> CommandIdentity {
        let key = request.headers[.idempotencyKey]
        if let key, let bodyCommandID, key != bodyCommandID {
            throw FieldError(
                "command_id", "differs from the header Idempotency-Key; give one of them, or the same in both")
        }
        guard let chosen = key ?? bodyCommandID else {
            return CommandIdentity(
                id: service.makeCommandID(), digest: Digest(hashing: []), actor: actor, occurredAt: occurredAt,
                mayBeRepeat: false)
        }
        let field = key == nil ? "command_id" : "Idempotency-Key"
        guard chosen.utf8.allSatisfy({ (33...126).contains($0) }), let id = CommandID(chosen) else {
            throw FieldError(field, "must have 1 to 255 printable ASCII characters without spaces")
        }
        let digest = Digest(hashing: Array(request.method.rawValue.utf8) + [0] + (try canonical()))
        return CommandIdentity(id: id, digest: digest, actor: actor, occurredAt: occurredAt, mayBeRepeat: true)
    }

    /// The canonical bytes of a command that is a JSON object sent to a path.
    static func canonical(_ path: String, _ object: JSONObject = [:]) -> [UInt8] {
        Array(path.utf8) + [0] + JSONValue.object(object).sortingKeys().encoded()
    }
}

extension HTTPField.Name {
    /// `Idempotency-Key`: the command's id.
    static var idempotencyKey: HTTPField.Name { HTTPField.Name("Idempotency-Key")! }
    /// `X-Log-Position`: where the last event of a write stands.
    static var logPosition: HTTPField.Name { HTTPField.Name("X-Log-Position")! }
    /// `X-Read-Position`: where the read models stood for an answer.
    static var readPosition: HTTPField.Name { HTTPField.Name("X-Read-Position")! }
}
