/// What a claim gave.
package struct AttemptLease: Equatable, Sendable {
    /// The attempt's number, from 1.
    package let attempt: Int
    /// How long the lease holds without a call.
    package let duration: Duration
    /// What shows that a caller speaks for the attempt.
    package let token: String
    /// Where the server says that the attempt goes on; nil when it begins anew.
    package let resumeCheckpointID: String?

    package init(attempt: Int, duration: Duration, token: String = "", resumeCheckpointID: String? = nil) {
        self.attempt = attempt
        self.duration = duration
        self.token = token
        self.resumeCheckpointID = resumeCheckpointID
    }
}
