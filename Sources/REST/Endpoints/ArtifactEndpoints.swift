import API
import Application
import Blobs
import HTTPTypes
import Hummingbird
import JSON
import Tracking
import WebServer

/// A session's named files, kept in every version.
struct ArtifactEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.listArtifacts, list), Endpoint(.downloadArtifact, download), Endpoint(.uploadArtifact, upload),
            Endpoint(.deleteArtifact, delete),
        ]
    }

    @Sendable private func list(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let filter = try filter(call)
        return .read(try await tracker.queries.artifacts(of: session, filter, try call.freshness())) { artifacts in
            var list = ArtifactList()
            list.sessionID = session.text
            list.artifacts = artifacts.map { ArtifactInfo($0) }
            list.total = artifacts.count
            return list
        }
    }

    private func filter(_ call: Call) throws -> ArtifactFilter {
        var filter = ArtifactFilter()
        filter.prefix = call.query.text("prefix") ?? ""
        filter.kind = call.query.text("kind")
        filter.key = call.query.text("key")
        filter.includesSuperseded = try call.wantsAllAttempts()
        let allowed = 0...Int(MetricsReport.maximumStep)
        let first = try call.query.integer("start_step", in: allowed)
        let last = try call.query.integer("end_step", in: allowed)
        let bounds = (lower: first ?? allowed.lowerBound, upper: last ?? allowed.upperBound)
        guard bounds.lower <= bounds.upper else {
            throw FieldError("start_step", "must not be after end_step")
        }
        filter.steps = first == nil && last == nil ? nil : Int64(bounds.lower)...Int64(bounds.upper)
        return filter
    }

    @Sendable private func download(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let path = try call.artifactPath()
        let digest = try call.query.text("digest").map { text in
            guard let digest = Digest(text) else {
                throw FieldError(
                    "digest", "must be sha256: and 64 lower-case hexadecimal digits, not '\(text.prefix(80))'")
            }
            return digest
        }
        let artifact = try await tracker.queries.artifact(
            path, of: session, digest: digest, try call.freshness()
        ).value
        let name = String(path.split(separator: "/").last ?? "artifact")
        let type = artifact.contentType.nonEmpty ?? "application/octet-stream"
        let disposition =
            Self.isInert(type)
            ? ContentDisposition(kind: "inline", name: nil, fileName: name) : ContentDisposition.attachment(name)
        do {
            return try await BlobAnswer(checkpoints: tracker.checkpoints, logger: call.logger).respond(
                to: call.request, digest: artifact.digest, contentType: type, disposition: disposition)
        } catch BlobError.notFound(let digest) {
            // A version of what was removed, whose bytes are gone since.
            throw try await tracker.queries.removal(of: path, in: session) ?? BlobError.notFound(digest)
        }
    }

    @Sendable private func upload(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        var draft = try artifact(call)
        try call.requireFile()
        draft.attempt = try await tracker.artifacts.admit(session, token: call.leaseToken)
        let stored = try await tracker.checkpoints.store(
            call.request.body, from: call.uploadSource(isLeased: draft.attempt > 0))
        let (written, isNew) = try await tracker.checkpoints.discardingRefused(stored) {
            let identity = try call.identity(actor: draft.attempt > 0 ? "trainer" : "api") {
                var fields: JSONObject = [
                    "path": .string(draft.path), "digest": .string(stored.digest.description),
                    "type": .string(draft.contentType), "kind": .string(draft.kind),
                ]
                if let key = draft.key.nonEmpty { fields["key"] = .string(key) }
                if draft.hasStep { fields["step"] = .integer(draft.step) }
                return Call.canonical("artifacts", fields)
            }
            return try await tracker.artifacts.save(draft, stored, in: session, as: identity)
        }
        return .written(written, status: isNew ? .created : .ok) { ArtifactInfo($0) }
    }

    /// The request's description of the artifact beside its bytes: its path, type, kind, key and step.
    private func artifact(_ call: Call) throws -> ArtifactSaved {
        var artifact = ArtifactSaved()
        artifact.path = try call.artifactPath()
        artifact.contentType = String((call.request.headers[.contentType] ?? "application/octet-stream").prefix(255))
        artifact.kind = try call.query.words("kind", bytes: 1...64) ?? "file"
        artifact.key = try call.query.words("key", bytes: 1...Session.maximumNameByteCount) ?? ""
        if let step = try call.query.integer("step", in: 0...Int(MetricsReport.maximumStep)) {
            artifact.step = Int64(step)
        }
        return artifact
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        let path = try call.artifactPath()
        let identity = try call.identity("delete-artifact", ["path": .string(path)])
        return .written(
            try await tracker.artifacts.delete(path, of: try call.sessionID(), as: identity)
        ) { entry in
            var info = ArtifactInfo(entry)
            info.message = "Artifact \(info.path) was deleted."
            return info
        }
    }

    /// True for the types that browsers show without running anything; every other file is an attachment.
    private static func isInert(_ type: String) -> Bool {
        // Of several types in one header, browsers take the last one.
        guard !type.contains(",") else { return false }
        let essence = Call.essence(of: type)
        return essence.hasPrefix("audio/") || essence.hasPrefix("video/") || inertTypes.contains(essence)
    }

    private static let inertTypes: Set = [
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "text/plain", "text/csv",
        "application/json",
    ]
}

extension Call {
    /// The artifact's path, the rest of the request's path.
    ///
    /// - Throws: 422 for what would leave the session's folder, were it one.
    fileprivate func artifactPath() throws(FieldError) -> String {
        let path = parameters["path"] ?? ""
        guard (1...1024).contains(path.utf8.count) else { throw FieldError("path", "must be 1 to 1024 bytes of UTF-8") }
        let components = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !components.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }),
            !path.utf8.contains(where: { $0 < 32 || $0 == 127 }), !path.contains("\\")
        else {
            throw FieldError(
                "path", "must be a relative path without '..', '.', empty parts, backslashes or control characters")
        }
        return path
    }
}
