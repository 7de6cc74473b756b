package import API

extension APIClient {
    /// Claims a queued session, or a running one whose lease was lost. Throws `refused(409, "lease_held")` while another
    /// lease lives. The same `command` again gives the same attempt and token.
    package func claim(
        _ session: String, _ claim: AttemptClaim, command: String? = nil
    ) async throws(ClientError) -> TrainingAttempt {
        let claimed: ClaimInfo = try await ask(.claimAttempt, session, sending: claim, command: command)
        guard let number = claimed.receipt.attempt, let leaseDuration = claimed.receipt.leaseDuration else {
            throw ClientError(
                .unexpectedAnswer, "The server's answer to the claim of \(session) lacks the attempt or the lease.")
        }
        return TrainingAttempt(
            client: self, sessionID: claimed.receipt.sessionID, number: number, token: claimed.token,
            leaseDuration: leaseDuration, session: claimed.session)
    }
}
