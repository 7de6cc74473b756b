import EventLog
import HTTPTypes
import Hummingbird
import JSON
import Projections
import Tracking

extension TrackingService {
    /// Waits as the request wants (`consistency`, `wait_for`), reads, and answers with the position that was read.
    func answer(
        _ request: Request, query: QueryReader, asOf: LogPosition? = nil, status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:], _ read: (borrowing ReadModelSnapshot) throws -> [UInt8]
    ) async throws -> Response {
        try await waitAsAsked(query)
        let (bytes, position) = try readModels.read(asOf: asOf) { snapshot in
            (try read(snapshot), snapshot.position)
        }
        var headers = headers
        headers[.readPosition] = position.description
        return .json(bytes, status: status, headers: headers)
    }

    /// Waits until the read models show what the request asks for.
    func waitAsAsked(_ query: QueryReader) async throws {
        let isCurrent: Bool
        switch query.text("consistency") {
        case nil, "current": isCurrent = true
        case "stale": isCurrent = false
        case let text?: throw FieldError("consistency", "must be current or stale, not '\(text)'")
        }
        let head = store.head
        if let position = try query.position("wait_for") {
            guard position <= head else {
                throw FieldError("wait_for", "is \(position), beyond the log's head, which is at \(head)")
            }
            try await waitForReadModels(position)
        } else if isCurrent {
            try await waitForReadModels(head)
        }
    }

    /// The session's document as it is after `position`: what a command is answered with.
    func sessionDocument(
        _ session: Session.ID, after position: LogPosition, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        try await waitForReadModels(position)
        let bytes = try readModels.read { snapshot in
            try JSONValue.object(snapshot.rendering(of: session).full).encoded()
        }
        var headers: HTTPFields = [.logPosition: position.description]
        if status == .created { headers[.location] = "/api/v1/training/sessions/\(session)" }
        return .json(bytes, status: status, headers: headers)
    }
}

extension ReadModelSnapshot {
    /// The session's document.
    ///
    /// - Throws: 404 when there is none at this position.
    func document(of session: Session.ID) throws -> SessionDocument {
        guard let document = try self.session(session) else { throw APIError.unknownSession(session.text) }
        return document
    }

    /// How the session is written.
    func rendering(of session: Session.ID) throws -> SessionRendering {
        try rendering(of: try document(of: session), session)
    }

    /// How the session with `document` is written.
    func rendering(of document: SessionDocument, _ session: Session.ID) throws -> SessionRendering {
        let isQueued = document.status == Session.Status.queued.rawValue
        return SessionRendering(
            document, progress: document.attempt > 0 ? try progress(of: session) : nil,
            queuePosition: isQueued ? try queuePlace(of: session) : nil)
    }

    /// The most recently started session.
    ///
    /// - Throws: 404 when none was ever started.
    func latestSession() throws -> (id: Session.ID, document: SessionDocument) {
        guard let document = try latestStartedSession(), let id = Session.ID(document.sessionID) else {
            throw APIError(
                .notFound, code: "no_session",
                message: "No session was started yet. Start one, or name one in the path.")
        }
        return (id, document)
    }
}
