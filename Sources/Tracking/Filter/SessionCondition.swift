/// A condition on sessions, as the filter language says it (see *The filter language* in the catalog).
///
/// ```
/// status = running and params.train.learning_rate < 0.01
/// metrics.val_loss <= 0.3 and not (tags = "broken" or name ~ test)
/// experiment in (lung, "lung 2") and created_at >= "2026-01-01" and params.seed exists
/// ```
/// A comparison with something the session does not have is false, with every operator.
package indirect enum SessionCondition: Sendable, Equatable {
    case all([SessionCondition])
    case any([SessionCondition])
    case not(SessionCondition)
    case comparison(Field, Comparison, [Literal])
    case exists(Field)

    /// The field that is compared.
    package enum Field: Sendable, Equatable {
        case id, name, status, experiment, group, notes, tags, trainer, parent, archived
        case epoch, totalEpochs, attempt
        case createdAt, startedAt, completedAt
        /// The value that was given or logged under the name, or else the configuration's value of it.
        case parameter(String)
        /// A value of the configuration, by its dotted name.
        case configuration(String)
        /// A metric's latest value, or with a statistic behind its name, as in `val_loss.min`, that one.
        case metric(String)
        case result(String)
    }

    /// The operator of a comparison.
    package enum Comparison: String, Sendable, Equatable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        /// The text contains the literal, in any case.
        case contains = "~"
        case notContains = "!~"
        /// One of several literals.
        case among = "in"
        case notAmong = "not in"
    }

    /// A value that a field is compared with.
    package enum Literal: Sendable, Equatable {
        case number(Double)
        case text(String)
        case flag(Bool)
        /// Microseconds since 1970; only with fields that are times.
        case time(Int64)
    }

    /// The names of the plain fields in the language.
    static let fieldNames: [(name: String, field: Field)] = [
        ("session_id", .id), ("id", .id), ("name", .name), ("session_name", .name), ("status", .status),
        ("experiment", .experiment), ("group", .group), ("notes", .notes), ("tags", .tags), ("tag", .tags),
        ("trainer_kind", .trainer), ("parent_session_id", .parent), ("archived", .archived),
        ("current_epoch", .epoch), ("epoch", .epoch), ("total_epochs", .totalEpochs), ("attempt", .attempt),
        ("created_at", .createdAt), ("started_at", .startedAt), ("completed_at", .completedAt),
    ]
}

extension SessionCondition.Field {
    /// The field that is called `name` in the language; nil when there is none.
    init?(_ name: String) {
        if let known = SessionCondition.fieldNames.first(where: { $0.name == name }) {
            self = known.field
            return
        }
        let kinds: [(prefix: String, make: (String) -> Self)] = [
            ("params.", Self.parameter), ("config.", Self.configuration), ("metrics.", Self.metric),
            ("results.", Self.result),
        ]
        guard let kind = kinds.first(where: { name.hasPrefix($0.prefix) && name.utf8.count > $0.prefix.utf8.count })
        else { return nil }
        self = kind.make(String(name.dropFirst(kind.prefix.count)))
    }
}
