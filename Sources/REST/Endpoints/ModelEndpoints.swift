import API
import Application
import EventLog
import Hummingbird
import JSON
import Tracking
import WebServer

/// Models: what their aliases point at, what they pointed at, and where that comes from.
struct ModelEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.listModels, list), Endpoint(.getModel, get), Endpoint(.getModelAlias, alias),
            Endpoint(.setModelAlias, set), Endpoint(.removeModelAlias, remove), Endpoint(.getModelLineage, lineage),
        ]
    }

    @Sendable private func list(_ call: Call) async throws -> Response {
        .read(
            try await tracker.queries.models(
                limit: try call.query.limit(maximum: 1000) ?? 100, offset: try call.query.offset(),
                try call.freshness())
        ) { models, total in
            var list = ModelList()
            list.models = models.map { ModelSummary($0) }
            list.total = total
            return list
        }
    }

    @Sendable private func get(_ call: Call) async throws -> Response {
        .read(
            try await tracker.queries.model(
                call.modelName, limit: try call.query.limit(maximum: 1000) ?? 100, offset: try call.query.offset(),
                try call.freshness())
        ) { ModelInfo($0) }
    }

    @Sendable private func alias(_ call: Call) async throws -> Response {
        .read(try await tracker.queries.alias(call.alias, of: call.modelName, try call.freshness())) {
            ModelAliasInfo($0)
        }
    }

    @Sendable private func lineage(_ call: Call) async throws -> Response {
        let answer = try await tracker.queries.lineage(call.alias, of: call.modelName, try call.freshness())
        return .read(answer) { ModelLineageInfo($0, at: answer.position) }
    }

    @Sendable private func set(_ call: Call) async throws -> Response {
        let (target, body) = try await call.json(AliasTarget.self, of: .setModelAlias)
        let (model, alias) = try call.promoted()
        let expectation: ModelDecider.Expectation =
            switch target.expected {
            case nil: .anything
            case .some(nil): .absence
            case .some(let id?): .checkpoint(id)
            }
        return .written(
            try await tracker.models.set(
                alias, of: model, to: target.checkpointID,
                ModelDecider.Remark(reason: target.reason, by: target.by ?? ""), expecting: expectation,
                as: try call.identity("set-alias/\(alias)", body))
        ) { ModelAliasInfo($0) }
    }

    @Sendable private func remove(_ call: Call) async throws -> Response {
        let (model, alias) = try call.promoted()
        guard let reason = try call.query.words("reason", bytes: 1...Model.longestReason) else {
            throw FieldError("reason", "is required: say why the alias is removed")
        }
        let by = try call.query.words("by", bytes: 1...Model.longestBy)
        let expected = try call.query.words("expected_checkpoint_id", bytes: 1...255)
        var fields: JSONObject = ["reason": .string(reason)]
        if let by { fields["by"] = .string(by) }
        if let expected { fields["expected_checkpoint_id"] = .string(expected) }
        return .written(
            try await tracker.models.remove(
                alias, of: model, ModelDecider.Remark(reason: reason, by: by ?? ""),
                expecting: expected.map { .checkpoint($0) } ?? .anything,
                as: try call.identity("remove-alias/\(alias)", fields))
        ) { view in
            var info = ModelAliasInfo(view)
            info.message = "\(info.model)@\(info.alias) was removed."
            return info
        }
    }
}

extension Call {
    fileprivate var modelName: String { parameters["name"] ?? "" }
    fileprivate var alias: String { parameters["alias"] ?? "" }

    /// The model and the alias that are to be changed.
    ///
    /// - Throws: 422 for what is no name, and 403 for the one that trains a session.
    fileprivate func promoted() throws -> (Model.Name, Model.Alias) {
        guard leaseToken == nil else { throw TrackerError.promotionByLease }
        guard let model = Model.Name(modelName) else { throw FieldError("name", Model.Name.rule) }
        guard let alias = Model.Alias(alias) else { throw FieldError("alias", Model.Alias.rule) }
        return (model, alias)
    }
}
