import ReadModels
package import Tracking

extension Queries {
    /// The retention rules that there are, in the order of their names.
    package func retentionRules(_ freshness: Freshness) async throws -> Answer<[RetentionRuleDocument]> {
        try await read(freshness) { try $0.retentionRules() }
    }

    /// The rule called `name`, or as it was right after the event at `asOf`.
    ///
    /// - Throws: `unknown` when there is no such rule at the time.
    package func retentionRule(
        _ name: RetentionRule.Name, asOf: LogPosition? = nil, _ freshness: Freshness
    ) async throws -> Answer<RetentionRuleDocument> {
        try await read(freshness, asOf: asOf) { snapshot in
            guard let rule = try snapshot.retentionRule(name.text) else {
                throw TrackerError.unknown(.rule, name.text)
            }
            return rule
        }
    }
}
