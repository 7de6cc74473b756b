package import API
package import Tracking

extension APIClient {
    /// Creates a session. The same `command` with the same content gives the same session.
    package func createSession(_ new: NewSession, command: String? = nil) async throws(ClientError) -> SessionInfo {
        try await ask(.createSession, sending: new, command: command)
    }

    /// Tells the outcome that `createSession` would have, and creates nothing.
    package func checkSession(_ new: NewSession) async throws(ClientError) -> SessionCheckInfo {
        try await ask(.checkSession, sending: new)
    }

    /// The session's document, now or as it was at `asOf`.
    package func session(_ id: String, asOf: LogMoment? = nil) async throws(ClientError) -> SessionInfo {
        try await ask(.getSession, id, query: [("as_of", asOf?.description)])
    }

    /// One page of the sessions that match `query`.
    package func sessions(_ query: SessionQuery = SessionQuery()) async throws(ClientError) -> SessionList {
        try await ask(.listSessions, query: query.parameters)
    }

    /// The names of `kind` that sessions have, in the order of their bytes: those that begin with `prefix`, behind `after` (the last
    /// answer's `next`), at most `limit` (100 when nil, 1,000 at most).
    package func sessionNames(
        _ kind: SessionNameKind, prefix: String = "", after: String? = nil, limit: Int? = nil,
        includesArchived: Bool = false
    ) async throws(ClientError) -> SessionNameList {
        try await ask(
            .listSessionNames,
            query: [
                ("kind", kind.rawValue), ("prefix", prefix.isEmpty ? nil : prefix), ("after", after),
                ("limit", limit.map(String.init)), ("archived", includesArchived ? "include" : nil),
            ])
    }

    /// One page of the groups that the values of the field `by` make of the sessions that match `query`, whose order and columns do not
    /// matter; with statistics of the numbers in each of `values`.
    package func sessionGroups(
        by field: String, values: [String] = [], _ query: SessionQuery = SessionQuery()
    ) async throws(ClientError) -> SessionGroupList {
        var query = query
        (query.sort, query.columns) = (nil, [])
        return try await ask(
            .listSessionGroups,
            query: [("by", field), ("values", values.isEmpty ? nil : values.joined(separator: ","))] + query.parameters)
    }

    /// The state of the session, now or as it was at `asOf`.
    package func status(_ id: String, asOf: LogMoment? = nil) async throws(ClientError) -> SessionStatusInfo {
        try await ask(.getSessionStatus, id, query: [("as_of", asOf?.description)])
    }

    /// Queues the session for training; the answer shows it queued or running.
    package func startSession(_ id: String, command: String? = nil) async throws(ClientError) -> SessionInfo {
        try await ask(.startSession, id, command: command)
    }

    /// Trains an ended session again, as a new session that the answer shows queued or running.
    package func reproduceSession(
        _ id: String, _ request: ReproductionRequest = ReproductionRequest(), command: String? = nil
    ) async throws(ClientError) -> SessionInfo {
        try await ask(.reproduceSession, id, sending: request, command: command)
    }

    /// Asks the session to save and stop. The answer waits for that, at most `wait` (0 to 30 s); then it still shows
    /// `stopping`. Stopping what has ended changes nothing.
    package func stopSession(
        _ id: String, wait: Duration = .seconds(30), command: String? = nil
    ) async throws(ClientError) -> SessionInfo {
        let (seconds, attoseconds) = wait.components
        return try await ask(
            .stopSession, id, query: [("wait", "\(Double(seconds) + Double(attoseconds) / 1e18)")], command: command)
    }

    /// Renames, tags, notes, logs parameters.
    package func updateSession(
        _ id: String, _ changes: SessionChanges, command: String? = nil
    ) async throws(ClientError) -> SessionInfo {
        try await ask(.updateSession, id, sending: changes, command: command)
    }

    /// Sets the session's archived flag; nothing is erased. Archiving twice is not an error.
    package func archiveSession(_ id: String) async throws(ClientError) -> SessionInfo {
        try await ask(.archiveSession, id)
    }

    /// Deletes the session with its checkpoints and artifacts; answers it as it was.
    package func deleteSession(_ id: String) async throws(ClientError) -> SessionInfo {
        try await ask(.archiveSession, id, query: [("permanent", "true")])
    }

    /// Takes content out of the session's records; their headers and all proofs stay. With `isDryRun` it says what would go.
    ///
    /// One call redacts at most 20,000 records: `remainingCount` says how many are left.
    package func redactSession(
        _ id: String, _ request: RedactionRequest, command: String? = nil
    ) async throws(ClientError) -> RedactionInfo {
        try await ask(.redactSession, id, sending: request, command: command)
    }

    /// Two to ten sessions side by side, now or as they were at `asOf`: what differs, or `all`.
    package func compare(
        _ sessions: [String], all: Bool = false, asOf: LogMoment? = nil
    ) async throws(ClientError) -> ComparisonInfo {
        try await ask(
            .compareSessions,
            query: [
                ("sessions", sessions.joined(separator: ",")), ("all", all ? "true" : nil),
                ("as_of", asOf?.description),
            ])
    }

    /// Records facts about where and with what the session is trained; a fact of the same attempt and name replaces the
    /// earlier one.
    package func reportProvenance(
        _ session: String, _ report: ProvenanceReport, command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        try await ask(.reportProvenance, session, sending: report, command: command)
    }

    /// Adds a figure found outside training; allowed in every state.
    package func reportResult(
        _ session: String, _ report: ResultReport, command: String? = nil
    ) async throws(ClientError) -> ReportReceipt {
        try await ask(.reportResult, session, sending: report, command: command)
    }
}
