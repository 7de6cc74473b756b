package import TrackingClient

extension TrainerError {
    /// The attempt's error for a failed request.
    package init(_ error: ClientError) {
        switch error.code {
        case .cancelled: self.init(.cancelled, error.message)
        case .refused(409, "stale_attempt"): self.init(.staleAttempt, error.message)
        case .refused(409, "lease_held"), .refused(409, "wrong_status"), .refused(409, "archived"):
            self.init(.notClaimable, error.message)
        case .digestMismatch: self.init(.checkpoint, error.message)
        case .unreachable, .interrupted, .timedOut: self.init(.unreachable, error.message)
        default: self.init(.refused, "The server refused what the trainer sent: \(error.message)")
        }
    }
}
