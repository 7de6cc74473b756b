import ReadModels
package import Tracking

/// An alias, and the checkpoint that it points at.
package struct AliasView: Sendable {
    package var model: String
    package var alias: ModelAliasDocument
    package var checkpoint: CheckpointEntry
}

/// A model with its aliases and a page of their history, the newest change first.
package struct ModelView: Sendable {
    package var model: ModelDocument
    package var aliases: [AliasView]
    package var changes: [ModelAliasDocument]
}

extension Queries {
    /// The models in the order of their names, and how many there are on all pages.
    package func models(
        limit: Int, offset: Int, _ freshness: Freshness
    ) async throws -> Answer<(models: [ModelDocument], total: Int)> {
        try await read(freshness) { try $0.models(limit: limit, offset: offset) }
    }

    /// The model called `name`, with at most `limit` changes after the first `offset`.
    ///
    /// - Throws: `unknown` when it has had no alias by then.
    package func model(
        _ name: String, limit: Int, offset: Int, _ freshness: Freshness
    ) async throws -> Answer<ModelView> {
        try await read(freshness) { snapshot in
            let model = try snapshot.document(ofModel: name)
            var aliases: [AliasView] = []
            for alias in model.aliases { aliases.append(try snapshot.view(of: alias, of: model)) }
            return ModelView(
                model: model, aliases: aliases, changes: try snapshot.changes(of: model, limit: limit, offset: offset))
        }
    }

    /// What the alias points at, or right after the event at `asOf`.
    ///
    /// - Throws: `unknown` when there is no such model or alias at the time.
    package func alias(
        _ alias: String, of model: String, asOf: LogPosition? = nil, _ freshness: Freshness
    ) async throws -> Answer<AliasView> {
        try await read(freshness, asOf: asOf) { try $0.alias(alias, of: model) }
    }
}

extension ReadModelSnapshot {
    /// What the alias points at.
    func alias(_ alias: String, of name: String) throws -> AliasView {
        let model = try document(ofModel: name)
        guard let document = model.aliases.first(where: { $0.alias == alias }) else {
            throw TrackerError.unknown(.alias, "\(name)@\(alias)")
        }
        return try view(of: document, of: model)
    }

    fileprivate func document(ofModel name: String) throws -> ModelDocument {
        guard Model.Name(name) != nil, let model = try model(name) else { throw TrackerError.unknown(.model, name) }
        return model
    }

    fileprivate func view(of alias: ModelAliasDocument, of model: ModelDocument) throws -> AliasView {
        guard let id = Checkpoint.ID(alias.checkpointID), let entry = try checkpoint(id) else {
            throw TrackerError.unknown(.checkpoint, alias.checkpointID)
        }
        return AliasView(model: model.name, alias: alias, checkpoint: entry)
    }
}
