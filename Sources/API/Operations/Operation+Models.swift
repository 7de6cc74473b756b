/// Models and their aliases.
extension Operation {
    static let models: [Operation] = [
        .listModels, .getModel, .getModelAlias, .setModelAlias, .removeModelAlias, .getModelLineage,
    ]

    private static let model = "/models/{name}"
    private static let alias = model + "/aliases/{alias}"

    package static let listModels = Operation(
        "listModels", .get, "/models", for: .viewer, query: .paging + .reading, answering: .document(ModelList.self))
    package static let getModel = Operation(
        "getModel", .get, model, for: .viewer, query: .paging + .reading, answering: .document(ModelInfo.self))
    package static let getModelAlias = Operation(
        "getModelAlias", .get, alias, for: .viewer, query: .reading, answering: .document(ModelAliasInfo.self))
    // Whoever may write sessions; a request that shows a lease is refused.
    package static let setModelAlias = Operation(
        "setModelAlias", .put, alias, for: .trainer, taking: .json(AliasTarget.self),
        answering: .document(ModelAliasInfo.self))
    package static let removeModelAlias = Operation(
        "removeModelAlias", .delete, alias, for: .trainer, query: ["reason", "by", "expected_checkpoint_id"],
        answering: .document(ModelAliasInfo.self))
    package static let getModelLineage = Operation(
        "getModelLineage", .get, alias + "/lineage", for: .viewer, query: .reading,
        answering: .document(ModelLineageInfo.self))
}
