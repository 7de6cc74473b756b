import API
import Application
import Blobs
import HTTPTypes
import Hummingbird
import Tracking
import WebServer

/// Take over sessions from other servers.
struct ImportEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [Endpoint(.importSession, take), Endpoint(.uploadImportFile, upload)]
    }

    @Sendable private func take(_ call: Call) async throws -> Response {
        let (request, body) = try await call.json(SessionImport.self, of: .importSession)
        let draft = try Self.draft(request)
        let identity = try call.identity("import", body)
        var state = ImportState()
        state.sessionID = draft.session.text
        state.contentDigest = draft.contentDigest
        switch try await tracker.imports.take(draft, as: identity) {
        case .missing(let digests):
            state.state = .filesMissing
            state.missingFiles = digests
            return .document(state)
        case .appending(let count):
            state.state = .appending
            state.appendedCount = count
            return .document(state)
        case .imported(let written):
            state.state = .imported
            return .written(
                written, status: .created, location: API.Operation.getSession.target([draft.session.text])
            ) { view in
                state.session = SessionInfo(view)
                return state
            }
        case .present(let answer):
            state.state = .present
            return .read(answer) { view in
                state.session = SessionInfo(view)
                return state
            }
        }
    }

    private static func draft(_ request: SessionImport) throws -> ImportDraft {
        guard let session = Session.ID(request.sessionID) else {
            throw FieldError("session_id", "must be sess_ and letters, digits, _ or -, not '\(request.sessionID)'")
        }
        return ImportDraft(
            session: session, source: request.source, sourceVersion: request.sourceVersion ?? "",
            sourcePosition: request.sourcePosition, exportedAt: request.exportedAt,
            manifestDigest: request.manifestDigest, contentDigest: request.contentDigest,
            sessionEvents: request.sessionEvents, telemetryEvents: request.telemetryEvents,
            importedBy: request.importedBy ?? "")
    }

    @Sendable private func upload(_ call: Call) async throws -> Response {
        let name = call.parameters["digest"] ?? ""
        let digest = try Self.digest(name, "digest")
        let parent = try call.query.text("parent").map { try Self.digest($0, "parent") }
        try call.requireFile()
        let stored = try await tracker.imports.store(
            call.request.body, from: call.uploadSource(isLeased: false), as: digest, like: parent)
        var file = ImportFile()
        file.digest = stored.digest
        file.byteCount = stored.byteCount
        file.storedByteCount = stored.storedByteCount
        file.addedByteCount = stored.addedByteCount
        return .document(file, status: stored.wasPresent ? .ok : .created)
    }

    private static func digest(_ text: String, _ field: String) throws(FieldError) -> Digest {
        guard let digest = Digest(text) else {
            throw FieldError(field, "must be sha256: and 64 lower-case hexadecimal digits, not '\(text.prefix(80))'")
        }
        return digest
    }
}
