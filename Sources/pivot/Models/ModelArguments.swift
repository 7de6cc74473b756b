import API
import ArgumentParser
import Tracking
import TrackingClient

/// A model's alias on the command line: `NAME@ALIAS`.
extension Model.Reference: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
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
