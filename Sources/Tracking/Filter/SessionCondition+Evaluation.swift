extension SessionCondition {
    /// True when the condition holds of `session`.
    ///
    /// - Parameter metrics: The summaries of those of `metricNames` that the session has.
    package func holds(of session: SessionDocument, _ metrics: [String: MetricSummary]) -> Bool {
        switch self {
        case .all(let parts): parts.allSatisfy { $0.holds(of: session, metrics) }
        case .any(let parts): parts.contains { $0.holds(of: session, metrics) }
        case .not(let part): !part.holds(of: session, metrics)
        case .exists(let field): !session.values(of: field, metrics).isEmpty
        case .comparison(let field, let comparison, let literals):
            SessionCondition.holds(session.values(of: field, metrics), comparison, literals)
        }
    }

    /// The metrics whose summaries the condition asks for.
    package var metricNames: Set<String> {
        switch self {
        case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.metricNames) }
        case .not(let part): part.metricNames
        case .exists(.metric(let text)), .comparison(.metric(let text), _, _): MetricSummary.names(in: text)
        case .exists, .comparison: []
        }
    }

    /// True when the comparison holds of the values that a session has under a field.
    ///
    /// A field with several values, such as tags, satisfies `!=` and its kin when none of them is equal; one without a value
    /// satisfies nothing.
    package static func holds(_ values: [Literal], _ comparison: Comparison, _ literals: [Literal]) -> Bool {
        guard !values.isEmpty else { return false }
        func some(_ matches: (Literal, Literal) -> Bool) -> Bool {
            values.contains { value in literals.contains { matches(value, $0) } }
        }
        return switch comparison {
        case .equal, .among: some { $0.isEqual(to: $1) }
        case .notEqual, .notAmong: !some { $0.isEqual(to: $1) }
        case .contains: some { $0.contains($1) }
        case .notContains: !some { $0.contains($1) }
        case .less: some { $0.isLess(than: $1) }
        case .lessOrEqual: some { $0.isLess(than: $1) || $0.isEqual(to: $1) }
        case .greater: some { $1.isLess(than: $0) }
        case .greaterOrEqual: some { $1.isLess(than: $0) || $0.isEqual(to: $1) }
        }
    }
}

extension SessionCondition.Literal {
    fileprivate func isEqual(to other: Self) -> Bool {
        switch (self, other) {
        case (.number(let left), .number(let right)): left == right
        case (.text(let left), .text(let right)): left == right
        case (.flag(let left), .flag(let right)): left == right
        case (.time(let left), .time(let right)): left == right
        case (.text(let text), .number(let number)), (.number(let number), .text(let text)): Double(text) == number
        case (.text(let text), .flag(let flag)), (.flag(let flag), .text(let text)): text == (flag ? "true" : "false")
        default: false
        }
    }

    fileprivate func isLess(than other: Self) -> Bool {
        switch (self, other) {
        case (.number(let left), .number(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        case (.time(let left), .time(let right)): left < right
        case (.text(let text), .number(let number)): Double(text).map { $0 < number } ?? false
        case (.number(let number), .text(let text)): Double(text).map { number < $0 } ?? false
        default: false
        }
    }

    fileprivate func contains(_ other: Self) -> Bool {
        guard let text, let part = other.text else { return false }
        return SearchText(text).contains(SearchText(part))
    }

    private var text: String? {
        switch self {
        case .text(let text): text
        case .number(let number): Int64(exactly: number).map { String($0) } ?? String(number)
        case .flag(let flag): flag ? "true" : "false"
        case .time: nil
        }
    }
}

extension SessionDocument {
    /// The values that the session has under `field`: none, one or several.
    package func values(
        of field: SessionCondition.Field, _ metrics: [String: MetricSummary]
    ) -> [SessionCondition.Literal] {
        func text(_ text: String) -> [SessionCondition.Literal] { text.isEmpty ? [] : [.text(text)] }
        return switch field {
        case .id: text(sessionID)
        case .name: text(name)
        case .status: text(status)
        case .experiment: text(experiment)
        case .group: text(group)
        case .notes: text(notes)
        case .tags: tags.map { .text($0) }
        case .trainer: text(trainerKind)
        case .parent: text(parentSessionID)
        case .archived: [.flag(archived)]
        case .epoch: [.number(Double(currentEpoch))]
        case .totalEpochs: [.number(Double(totalEpochs))]
        case .attempt: [.number(Double(attempt))]
        case .createdAt: [.time(createdAt)]
        case .startedAt: hasStartedAt ? [.time(startedAt)] : []
        case .completedAt: hasCompletedAt ? [.time(completedAt)] : []
        case .parameter(let name): parameter(name).map { [$0] } ?? []
        case .configuration(let name): configurationValue(name).map { [$0] } ?? []
        case .metric(let name): metric(name, metrics).map { [.number($0)] } ?? []
        case .result(let name): results.last { $0.name == name }.map { [.number($0.value)] } ?? []
        }
    }

    /// The value that was given or logged under `name`, or else the configuration's value of it, as the filter language compares it.
    func parameter(_ name: String) -> SessionCondition.Literal? {
        params.first { $0.name == name }?.literal ?? configurationValue(name)
    }

    /// The configuration's value under the dotted name.
    func configurationValue(_ name: String) -> SessionCondition.Literal? {
        configurationValues.first { $0.name == name }?.literal
    }
}

extension Parameter {
    /// The value as the filter language compares it.
    package var literal: SessionCondition.Literal? {
        switch value {
        case .text(let text): .text(text)
        case .number(let number): .number(number)
        case .integer(let integer): .number(Double(integer))
        case .flag(let flag): .flag(flag)
        case nil: nil
        }
    }
}
