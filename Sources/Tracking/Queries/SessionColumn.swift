package import JSON

/// A value of sessions that a list shows beside their documents: any field of the filter language, such as
/// `params.learning_rate`, `metrics.val_acc.max` or `created_at`.
package struct SessionColumn: Sendable, Equatable {
    /// As it was asked for.
    package let name: String
    package let field: SessionCondition.Field

    /// Nil when there is no such field.
    package init?(_ name: String) {
        guard let field = SessionCondition.Field(name) else { return nil }
        self.name = name
        self.field = field
    }

    /// True when the value is in the parts of a document that lists do not show otherwise.
    package var needsWholeDocument: Bool {
        switch field {
        case .parameter, .configuration, .result: true
        default: false
        }
    }

    /// True when the value comes from the session's metrics.
    package var needsMetrics: Bool { if case .metric = field { true } else { false } }

    /// The session's value; nil when it has none, a list when it has several.
    ///
    /// - Parameter metrics: The session's metrics by name.
    package func value(of session: SessionDocument, _ metrics: [String: MetricSummary]) -> JSONValue? {
        let values = session.values(of: field, metrics).map(\.json)
        return values.count > 1 ? .array(values) : values.first
    }
}

extension SessionCondition.Literal {
    /// The value as documents show it.
    package var json: JSONValue {
        switch self {
        case .number(let number): Int64(exactly: number).map { .integer($0) } ?? .number(number)
        case .text(let text): .string(text)
        case .flag(let flag): .bool(flag)
        case .time(let time): .string(Timestamp(rawValue: time).description)
        }
    }
}
