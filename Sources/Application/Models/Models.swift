package import EventLog
import ReadModels
package import Tracking

/// Point a model's aliases at checkpoints, and take them away.
package struct Models: Sendable {
    private let core: TrackerCore
    private let queries: Queries

    init(_ core: TrackerCore, queries: Queries) {
        self.core = core
        self.queries = queries
    }

    /// Points the alias at a checkpoint, which can then not be deleted. Nothing is recorded when it points there already.
    ///
    /// - Throws: `unknown` and `checkpointDeleted` for a checkpoint that is not there; the decider's refusals.
    package func set(
        _ alias: Model.Alias, of model: Model.Name, to checkpoint: String, _ remark: ModelDecider.Remark,
        expecting expectation: ModelDecider.Expectation, as identity: CommandIdentity
    ) async throws -> Written<AliasView> {
        var target = Model.Target(checkpointID: checkpoint, sessionID: "", digest: "")
        // A repeat is answered from the log, also when the checkpoint has gone since.
        if identity.mayBeRepeat, try await core.store.command(identity.id, in: model.stream) != nil {
            return try await handle(.set(alias, target, remark, expectation), alias, model, identity)
        }
        let session = try await present(checkpoint).sessionID
        guard let session = Session.ID(session) else { throw TrackerError.unknown(.checkpoint, checkpoint) }
        return try await core.checkpointHolds.holding(session, for: .promotion) {
            let document = try await present(checkpoint)
            (target.sessionID, target.digest) = (document.sessionID, document.digest)
            return try await handle(.set(alias, target, remark, expectation), alias, model, identity)
        }
    }

    /// Takes the alias away; answers what it was.
    package func remove(
        _ alias: Model.Alias, of model: Model.Name, _ remark: ModelDecider.Remark,
        expecting expectation: ModelDecider.Expectation, as identity: CommandIdentity
    ) async throws -> Written<AliasView> {
        let outcome = try await core.models.handle(
            .remove(alias, remark, expectation), on: model.stream, as: identity)
        let past = try await core.read(before: outcome.last) { try $0.alias(alias.text, of: model.text) }
        return Written(past, at: outcome.last)
    }

    private func present(_ checkpoint: String) async throws -> CheckpointDocument {
        try await core.read(after: core.store.head) { try $0.present(checkpoint: checkpoint).document }
    }

    private func handle(
        _ command: ModelDecider.Command, _ alias: Model.Alias, _ model: Model.Name, _ identity: CommandIdentity
    ) async throws -> Written<AliasView> {
        let outcome = try await core.models.handle(command, on: model.stream, as: identity)
        let view = try await queries.alias(alias.text, of: model.text, asOf: outcome.last, .after(outcome.last))
        return Written(view.value, at: outcome.last)
    }
}
