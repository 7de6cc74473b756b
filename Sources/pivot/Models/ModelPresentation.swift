package import API
package import Tracking

/// Models as tables and sheets.
package enum ModelPresentation {
    /// One row an alias, and one for a model that has none.
    package static func table(_ models: [ModelSummary], moment: (Timestamp?) -> String) -> TextTable {
        var table = TextTable([
            .init("MODEL", mayShrink: true), .init("ALIAS"), .init("CHECKPOINT"), .init("SESSION", isOptional: true),
            .init("SINCE", isOptional: true),
        ])
        for model in models {
            if model.aliases.isEmpty { table.add([model.modelName, "-", "-", "-", ""]) }
            for alias in model.aliases {
                table.add([model.modelName, alias.alias, alias.checkpointID, alias.sessionID, moment(alias.setAt)])
            }
        }
        return table
    }

    /// One row an alias of one model.
    package static func table(_ aliases: [ModelAliasInfo], moment: (Timestamp?) -> String) -> TextTable {
        var table = TextTable([
            .init("ALIAS"), .init("CHECKPOINT"), .init("SESSION", isOptional: true),
            .init("METRIC", mayShrink: true, isOptional: true), .init("SINCE", isOptional: true), .init("BY"),
            .init("WHY", mayShrink: true),
        ])
        for alias in aliases {
            let metric = alias.metricName.flatMap { name in
                alias.metricValue.map { "\(name) \(HumanFormat.number($0))" }
            }
            table.add([
                alias.alias, alias.checkpointID, alias.sessionID, metric ?? "", moment(alias.setAt),
                alias.by ?? alias.actor, alias.reason,
            ])
        }
        return table
    }

    /// One row a change.
    package static func history(_ changes: [ModelChangeInfo], moment: (Timestamp?) -> String) -> TextTable {
        var table = TextTable([
            .init("EVENT", isNumeric: true), .init("WHEN"), .init("ALIAS"), .init("FROM", isOptional: true),
            .init("TO"), .init("BY"), .init("WHY", mayShrink: true),
        ])
        for change in changes {
            table.add([
                String(change.position), moment(change.changedAt), change.alias, change.previousCheckpointID ?? "-",
                change.checkpointID ?? "-", change.by ?? change.actor, change.reason,
            ])
        }
        return table
    }
}
