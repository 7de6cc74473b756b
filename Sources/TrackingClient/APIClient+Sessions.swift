package import JSON

extension APIClient {
    private static let sessions = ["training", "sessions"]

    /// Creates a session. The same `command` with the same content gives the same session.
    package func createSession(_ new: NewSession, command: String? = nil) async throws(ClientError) -> SessionInfo {
        let request = APIRequest.post(
            Self.sessions, command: command ?? newCommandID(), body: .json(new.json))
        return try SessionInfo(try await document(request).json)
    }

    /// The session's document, now or as it was at the log position `asOf`.
    package func session(_ id: String, asOf: UInt64? = nil) async throws(ClientError) -> SessionInfo {
        let request = APIRequest.get("training", "sessions", id, query: [("as_of", asOf.map { String($0) })])
        return try SessionInfo(try await document(request).json)
    }

    /// One page of the sessions that match `filter`.
    package func sessions(_ filter: SessionFilter = SessionFilter()) async throws(ClientError) -> Page<SessionInfo> {
        let answer = try await document(.get("training", "sessions", query: filter.query))
        return try Page(answer.json, key: "sessions") { json throws(ClientError) in try SessionInfo(json) }
    }

    /// How the session stands; of the most recently started one when `id` is nil.
    package func status(_ id: String? = nil) async throws(ClientError) -> SessionStatusInfo {
        let segments = id.map { ["status", $0] } ?? ["status"]
        let request = APIRequest(method: "GET", segments: segments, isRepeatable: true)
        return try SessionStatusInfo(try await document(request).json)
    }

    /// Queues the session for training; the answer shows it queued or running.
    package func startSession(_ id: String, command: String? = nil) async throws(ClientError) -> SessionInfo {
        let request = APIRequest.post(Self.sessions + [id, "start"], command: command ?? newCommandID())
        return try SessionInfo(try await document(request).json)
    }

    /// Trains an ended session again, as a new session that the answer shows queued or running.
    package func reproduceSession(
        _ id: String, allowDifferences: Bool = false, tolerance: Double? = nil, command: String? = nil
    ) async throws(ClientError) -> SessionInfo {
        var body: JSONObject = ["allow_differences": .bool(allowDifferences)]
        if let tolerance { body.append(.number(tolerance), forKey: "tolerance") }
        let request = APIRequest.post(
            Self.sessions + [id, "reproduce"], command: command ?? newCommandID(), body: .json(.object(body)))
        return try SessionInfo(try await document(request).json)
    }

    /// Asks the session to save and stop. The answer waits for that, at most `wait` (0 to 30 s); then it still shows
    /// `stopping`. Stopping what has ended changes nothing.
    package func stopSession(
        _ id: String, wait: Duration = .seconds(30), command: String? = nil
    ) async throws(ClientError) -> SessionInfo {
        let (seconds, attoseconds) = wait.components
        let request = APIRequest.post(
            Self.sessions + [id, "stop"], command: command ?? newCommandID(),
            query: [("wait", "\(Double(seconds) + Double(attoseconds) / 1e18)")])
        return try SessionInfo(try await document(request).json)
    }

    /// Renames, tags, notes, logs parameters.
    package func updateSession(
        _ id: String, _ changes: SessionChanges, command: String? = nil
    ) async throws(ClientError) -> SessionInfo {
        let request = APIRequest(
            method: "PATCH", segments: Self.sessions + [id],
            headers: [("Idempotency-Key", command ?? newCommandID())], body: .json(changes.json), isRepeatable: true)
        return try SessionInfo(try await document(request).json)
    }

    /// Sets the session's archived flag; nothing is erased. Archiving twice is not an error.
    package func archiveSession(_ id: String) async throws(ClientError) -> SessionInfo {
        let request = APIRequest(method: "DELETE", segments: Self.sessions + [id], isRepeatable: true)
        return try SessionInfo(try await document(request).json)
    }

    /// Records facts about where and with what the session is trained; a fact of the same attempt and name replaces the
    /// earlier one.
    package func reportProvenance(
        _ session: String, facts: JSONObject, attempt: Int? = nil, command: String? = nil
    ) async throws(ClientError) -> Answer {
        var body: JSONObject = ["facts": .object(facts)]
        if let attempt { body.append(.integer(Int64(attempt)), forKey: "attempt") }
        return try await document(
            .post(
                Self.sessions + [session, "provenance"], command: command ?? newCommandID(),
                body: .json(.object(body))))
    }

    /// Adds a figure found outside training; allowed in every state.
    package func reportResult(
        _ session: String, name: String, value: Double, step: Int? = nil, source: String, command: String? = nil
    ) async throws(ClientError) -> Answer {
        var body: JSONObject = ["name": .string(name), "value": .number(value), "source": .string(source)]
        if let step { body.append(.integer(Int64(step)), forKey: "step") }
        return try await document(
            .post(
                Self.sessions + [session, "results"], command: command ?? newCommandID(), body: .json(.object(body))))
    }
}
