import JSON

extension APIClient {
    /// Claims a queued session, or a running one whose lease was lost. Throws `refused(409, "lease_held")` while another
    /// lease lives. The same `command` again gives the same attempt and token.
    package func claim(
        _ session: String, _ claim: AttemptClaim, command: String? = nil
    ) async throws(ClientError) -> TrainingAttempt {
        let request = APIRequest.post(
            ["training", "sessions", session, "attempts"], command: command ?? newCommandID(), body: .json(claim.json))
        let json = try await document(request).json
        return TrainingAttempt(
            client: self, sessionID: try json.text("session_id", of: "a claim"),
            number: try json.integer("attempt", of: "a claim"), token: try json.text("token", of: "a claim"),
            leaseDuration: .seconds(try json.number("lease_seconds", of: "a claim")),
            session: try SessionInfo(json["session"] ?? .null))
    }
}
