package import API
package import Tracking

/// Models and their aliases, now or as they were at `asOf`.
extension APIClient {
    /// The models in the order of their names.
    package func models(
        asOf: LogMoment? = nil, limit: Int? = nil, offset: Int? = nil
    ) async throws(ClientError) -> ModelList {
        try await ask(
            .listModels,
            query: [
                ("limit", limit.map(String.init)), ("offset", offset.map(String.init)), ("as_of", asOf?.description),
            ])
    }

    /// The model's aliases, and a page of what happened to them, the newest first.
    package func model(
        _ name: String, asOf: LogMoment? = nil, limit: Int? = nil, offset: Int? = nil
    ) async throws(ClientError) -> ModelInfo {
        try await ask(
            .getModel, name,
            query: [
                ("limit", limit.map(String.init)), ("offset", offset.map(String.init)), ("as_of", asOf?.description),
            ])
    }

    /// What the alias points at.
    package func modelAlias(
        _ reference: Model.Reference, asOf: LogMoment? = nil
    ) async throws(ClientError) -> ModelAliasInfo {
        try await ask(.getModelAlias, reference.model.text, reference.alias.text, query: [("as_of", asOf?.description)])
    }

    /// Points the alias at a checkpoint, which can then not be deleted. Doing so twice changes nothing.
    package func setModelAlias(
        _ reference: Model.Reference, to target: AliasTarget, command: String? = nil
    ) async throws(ClientError) -> ModelAliasInfo {
        try await ask(
            .setModelAlias, reference.model.text, reference.alias.text, sending: target, command: command)
    }

    /// Takes the alias away; what it was is answered.
    ///
    /// - Parameter expected: The checkpoint that it must point at; nil for any.
    package func removeModelAlias(
        _ reference: Model.Reference, reason: String, by: String? = nil, expected: String? = nil
    ) async throws(ClientError) -> ModelAliasInfo {
        try await ask(
            .removeModelAlias, reference.model.text, reference.alias.text,
            query: [("reason", reason), ("by", by), ("expected_checkpoint_id", expected)])
    }

    /// Where what the alias points at comes from: its checkpoint, session, configuration, code, data and ancestors.
    package func modelLineage(
        _ reference: Model.Reference, asOf: LogMoment? = nil
    ) async throws(ClientError) -> ModelLineageInfo {
        try await ask(
            .getModelLineage, reference.model.text, reference.alias.text, query: [("as_of", asOf?.description)])
    }
}
