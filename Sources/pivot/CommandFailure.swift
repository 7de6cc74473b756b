package import TrackingClient

/// The reason that a command ends without having done its work: one line for people, and the process's exit status.
package struct CommandFailure: Error, Equatable {
    package let status: CommandStatus
    /// The line for people: what happened, to what, and what to do.
    package let message: String

    package init(_ status: CommandStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    package init(_ error: ClientError) {
        switch error.code {
        case .invalidAddress: status = .usage
        case .unreachable: status = .unreachable
        case .refused(404, _): status = .notFound
        // A value that the server does not take came from the command line or from a configuration named there.
        case .refused(422, _): status = .usage
        case .refused(_, "not_reproducible"): status = .notReproducible
        case .cancelled: status = .interrupted
        default: status = .failed
        }
        // Hints of the client stand in backquotes.
        message = error.message.replacing("`pivot ", with: "`\(ProgramName.typed) ")
    }
}
