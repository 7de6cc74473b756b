import API
import ArgumentParser
import Tracking
import TrackingClient

/// A model's alias on the command line: `NAME@ALIAS`.
extension Model.Reference: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

/// Checkpoints as people name them: by id, by an alias of a model, or by the session whose best one is meant.
extension APIClient {
    /// The id of the checkpoint that `reference` names.
    ///
    /// - Throws: `CommandFailure` when there is none.
    func checkpointID(_ reference: String) async throws -> String {
        if reference.hasPrefix("ckpt_") { return reference }
        if let alias = Model.Reference(reference) { return try await modelAlias(alias).checkpointID }
        let session = try await sessionID(reference)
        guard let best = try await checkpoints(session: session).checkpoints.last(where: \.isBest) else {
            throw CommandFailure(
                .notFound,
                "\(session) has no best checkpoint. Choose one with: \(ProgramName.typed) checkpoints list \(session)")
        }
        return best.id
    }
}
