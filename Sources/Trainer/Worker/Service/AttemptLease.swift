/// The result of a claim.
package struct AttemptLease: Equatable, Sendable {
    /// The attempt's number, from 1.
    package let attempt: Int
    /// The time that the lease holds without a call.
    package let duration: Duration
    /// The secret that shows that a caller speaks for the attempt.
    package let token: String
    /// The checkpoint that the server says the attempt goes on from; nil when it begins anew.
    package let resumeCheckpointID: String?

    package init(attempt: Int, duration: Duration, token: String = "", resumeCheckpointID: String? = nil) {
        self.attempt = attempt
        self.duration = duration
        self.token = token
        self.resumeCheckpointID = resumeCheckpointID
    }
}
