import API
import ArgumentParser
import Tracking
import TrackingClient

/// A model's alias on the command line: `NAME@ALIAS`.
extension Model.Reference: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

/// A past moment on the command line: a position in the log, a time in RFC 3339, or a day, which means its last moment in UTC.
package struct MomentArgument: ExpressibleByArgument, Equatable {
    /// The moment as the API takes it.
    package let text: String
    private let end: Timestamp?

    package init?(argument: String) {
        let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
        if parts.map(\.utf8.count) == [4, 2, 2], let end = Timestamp(argument + "T23:59:59.999999Z") {
            text = end.description
            self.end = end
        } else if LogMoment(argument) != nil {
            text = argument
            end = nil
        } else {
            return nil
        }
    }

    /// What a server is asked for at `now`; nil for the present, as the last moment of a day that is not over is.
    func text(at now: Timestamp) -> String? { end.map { $0 > now } == true ? nil : text }
}

/// Checkpoints as people name them: by id, or by an alias of a model.
extension APIClient {
    /// The id of the checkpoint that `reference` names.
    func checkpointID(_ reference: String) async throws -> String {
        guard reference.contains("@") else { return reference }
        guard let alias = Model.Reference(reference) else {
            throw CommandFailure(.usage, "'\(reference)' is neither a checkpoint's id nor a model's alias, NAME@ALIAS.")
        }
        return try await modelAlias(alias).checkpointID
    }
}
