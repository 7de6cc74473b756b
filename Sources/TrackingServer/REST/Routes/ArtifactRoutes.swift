import Blobs
import EventLog
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Projections
import Tracking

/// A session's named files, kept in every version.
struct ArtifactRoutes {
    let service: TrackingService

    func add(to api: RouterGroup<APIRequestContext>) {
        let session = api.group("training/sessions/:session_id/artifacts")
        session.get(use: list)
        session.get("**", use: download)
        session.put("**", use: upload)
        session.delete("**", use: delete)
    }

    @Sendable private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let query = try QueryReader(request)
        let filter = try ArtifactFilter(query)
        return try await service.answer(request, query: query) { snapshot in
            _ = try snapshot.document(of: session)
            let artifacts = filter.selected(from: try snapshot.artifacts(of: session))
            var items: [JSONValue] = []
            for artifact in artifacts {
                items.append(.object(try Self.object(artifact, session, snapshot)))
            }
            let answer: JSONValue = [
                "session_id": .string(session.text), "artifacts": .array(items), "total": .count(items.count),
            ]
            return answer.encoded()
        }
    }

    @Sendable private func download(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let path = try Self.path(request)
        let query = try QueryReader(request)
        let wanted = try query.text("digest").map { text in
            guard let digest = Digest(text) else {
                throw FieldError(
                    "digest", "must be sha256: and 64 lower-case hexadecimal digits, not '\(text.prefix(80))'")
            }
            return digest
        }
        try await service.waitAsAsked(query)
        let artifact = try service.readModels.read { snapshot in
            _ = try snapshot.document(of: session)
            return try snapshot.artifact(path, of: session, digest: wanted)
        }
        guard let artifact, !artifact.deleted || wanted != nil, let digest = Digest(artifact.digest) else {
            throw APIError.unknownArtifact(path)
        }
        let name = String(path.split(separator: "/").last ?? "artifact")
        let type = artifact.contentType.isEmpty ? "application/octet-stream" : artifact.contentType
        let disposition =
            Self.isActive(type)
            ? ContentDisposition.attachment(name) : ContentDisposition(kind: "inline", name: nil, fileName: name)
        return try await BlobAnswer(service: service, logger: context.logger).respond(
            to: request, digest: digest, contentType: type, disposition: disposition)
    }

    @Sendable private func upload(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let path = try Self.path(request)
        guard request.headers[.contentLength] != nil || request.headers[.transferEncoding] != nil else {
            throw APIError(
                .lengthRequired, code: "length_required", message: "Send Content-Length or chunked Transfer-Encoding.")
        }
        let state = try await service.state(of: session)
        guard !state.isArchived else { throw SessionRefusal.archived }
        var attempt: UInt32 = 0
        if TrackingService.leaseToken(of: request) != nil {
            attempt = try await service.leaseHolder(of: request, session: session, claimed: nil).0.attempt
        }
        let stored = try await service.blobs.put(contentsOf: request.body, hint: .unknown)
        service.damage.remove(stored.digest)
        do {
            let response = try await save(stored, at: path, session, attempt: attempt, request)
            await service.blobs.release(stored.pin)
            return response
        } catch {
            await service.blobs.release(stored.pin)
            throw error
        }
    }

    /// What an artifact is found by besides its path: kind, key and step.
    private static func index(_ query: QueryReader) throws -> ArtifactSaved {
        func word(_ name: String, bytes: ClosedRange<Int>) throws(FieldError) -> String? {
            guard let text = query.text(name) else { return nil }
            guard bytes.contains(text.utf8.count), !text.utf8.contains(where: { $0 < 32 || $0 == 127 }) else {
                throw FieldError(
                    name, "must be \(bytes.lowerBound) to \(bytes.upperBound) bytes of UTF-8 without control characters"
                )
            }
            return text
        }
        var saved = ArtifactSaved()
        saved.kind = try word("kind", bytes: 1...64) ?? "file"
        saved.key = try word("key", bytes: 1...Session.maximumNameByteCount) ?? ""
        if let step = try query.integer("step", in: 0...Int(MetricsReport.maximumStep)) { saved.step = Int64(step) }
        return saved
    }

    private func save(
        _ stored: StoredBlob, at path: String, _ session: Session.ID, attempt: UInt32, _ request: Request
    ) async throws -> Response {
        var saved = try Self.index(QueryReader(request))
        saved.path = path
        saved.digest = stored.digest.description
        saved.byteCount = UInt64(stored.byteCount)
        saved.storedByteCount = UInt64(stored.storedByteCount)
        saved.contentType = String((request.headers[.contentType] ?? "application/octet-stream").prefix(255))
        saved.attempt = attempt
        let identity = try RequestReading.identity(
            of: request, service: service, actor: attempt > 0 ? "trainer" : "api"
        ) {
            var fields: JSONObject = [
                "path": .string(path), "digest": .string(saved.digest), "type": .string(saved.contentType),
                "kind": .string(saved.kind),
            ]
            fields.add(text: saved.key, "key")
            fields.add("step", saved.hasStep ? .integer(saved.step) : nil)
            return RequestReading.canonical("artifacts", fields)
        }
        let outcome = try await service.sessions.handle(.saveArtifact(saved), on: session.stream, as: identity)
        try await service.waitForReadModels(outcome.last)
        let object = try service.readModels.read { snapshot in
            guard let artifact = try snapshot.artifact(path, of: session) else { throw APIError.unknownArtifact(path) }
            return try Self.object(artifact, session, snapshot)
        }
        return .json(
            .object(object), status: outcome.events.isEmpty ? .ok : .created,
            headers: [.logPosition: outcome.last.description])
    }

    @Sendable private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let session = try RequestReading.sessionID(context)
        let path = try Self.path(request)
        try await service.waitForReadModels(service.store.head)
        let artifact = try service.readModels.read { snapshot in
            _ = try snapshot.document(of: session)
            return try snapshot.artifact(path, of: session)
        }
        let identity = try RequestReading.identity(of: request, service: service) {
            RequestReading.canonical("delete-artifact", ["path": .string(path)])
        }
        let outcome = try await service.sessions.handle(.deleteArtifact(path: path), on: session.stream, as: identity)
        guard let artifact else { throw APIError.unknownArtifact(path) }
        return .json(.object(Self.fields(artifact)), headers: [.logPosition: outcome.last.description])
    }

    private static func object(
        _ artifact: ArtifactDocument, _ session: Session.ID, _ snapshot: borrowing ReadModelSnapshot
    ) throws -> JSONObject {
        var object = fields(artifact)
        if artifact.version > 1 {
            let earlier = try snapshot.artifactVersions(of: artifact.path, in: session)
                .filter { $0.version < artifact.version }
            object["versions"] = .array(
                earlier.map { version in
                    [
                        "version": .count(version.version), "digest": .string(version.digest),
                        "size_bytes": .count(version.byteCount), "created_at": .time(version.createdAt),
                    ]
                })
        }
        return object
    }

    private static func fields(_ artifact: ArtifactDocument) -> JSONObject {
        var object: JSONObject = [
            "session_id": .string(artifact.sessionID), "path": .string(artifact.path),
            "version": .count(artifact.version), "digest": .string(artifact.digest),
            "size_bytes": .count(artifact.byteCount), "stored_size_bytes": .count(artifact.storedByteCount),
        ]
        object["content_type"] = .string(artifact.contentType)
        object.add(text: artifact.kind, "kind")
        object.add(text: artifact.key, "key")
        object.add("step", artifact.hasStep ? .integer(artifact.step) : nil)
        object.add("attempt", artifact.attempt > 0 ? .count(artifact.attempt) : nil)
        object["created_at"] = .time(artifact.createdAt)
        return object
    }

    /// Whether a browser would run code in it.
    private static func isActive(_ type: String) -> Bool {
        let type = type.lowercased()
        return ["html", "svg", "xml", "javascript", "ecmascript", "pdf"].contains { type.contains($0) }
    }

    /// The artifact's path behind the route, decoded once.
    ///
    /// - Throws: 422 for what would leave the session's folder, were it one.
    private static func path(_ request: Request) throws -> String {
        // The router drops empty parts, so the path is taken from the request itself.
        let whole = request.uri.path
        guard let route = whole.firstRange(of: "/artifacts/") else { throw FieldError("path", "is required") }
        let path = String(whole[route.upperBound...])
        guard let decoded = path.removingPercentEncoding, (1...1024).contains(decoded.utf8.count) else {
            throw FieldError("path", "must be 1 to 1024 bytes of UTF-8")
        }
        let components = decoded.split(separator: "/", omittingEmptySubsequences: false)
        guard !decoded.hasPrefix("/"), !components.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }),
            !decoded.utf8.contains(where: { $0 < 32 || $0 == 127 }), !decoded.contains("\\")
        else {
            throw FieldError(
                "path", "must be a relative path without '..', '.', empty parts, backslashes and control characters")
        }
        return decoded
    }
}
