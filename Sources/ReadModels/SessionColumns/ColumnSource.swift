import Tracking

/// A column in which the value of a field may lie.
enum ColumnSource {
    case cells(SessionColumnKey)
    case metric(String, MetricSummary.Statistic)

    var key: SessionColumnKey {
        switch self {
        case .cells(let key): key
        case .metric(let name, _): .metric(name)
        }
    }

    /// The columns in which the values of `field` lie: a session's is that of the first one in which it has any.
    static func of(_ field: SessionCondition.Field) -> [ColumnSource] {
        switch field {
        case .parameter(let name): [.cells(.parameter(name)), .cells(.configuration(name))]
        case .configuration(let name): [.cells(.configuration(name))]
        case .result(let name): [.cells(.result(name))]
        case .metric(let text):
            // As in SessionDocument.metric(_:_:): the metric of that whole name comes first.
            [.metric(text, .last), .cells(.final(text))]
                + (MetricSummary.statistic(in: text).map { [.metric($0.name, $0.statistic)] } ?? [])
        default:
            SessionColumnKey.Plain.allCases.filter { $0.field == field }.map { .cells(.plain($0)) }
        }
    }

    /// The columns of the values by which `key` orders; nothing when the order is that of creation.
    static func of(_ key: SessionOrder.Key) -> [ColumnSource] {
        switch key {
        case .created: []
        case .started: [.cells(.plain(.startedAt))]
        case .completed: [.cells(.plain(.completedAt))]
        case .updated: [.cells(.plain(.updatedAt))]
        case .name: [.cells(.plain(.name))]
        case .status: [.cells(.plain(.status))]
        case .epoch: [.cells(.plain(.epoch))]
        case .metric(let name): of(SessionCondition.Field.metric(name))
        case .parameter(let name): of(SessionCondition.Field.parameter(name))
        case .configuration(let name): of(SessionCondition.Field.configuration(name))
        }
    }
}
