package import API
package import Tracking

/// Retention rules and their work.
extension APIClient {
    /// The rules in the order of their names, now or as they were at `asOf`.
    package func retentionRules(asOf: LogMoment? = nil) async throws(ClientError) -> RetentionRuleList {
        try await ask(.listRetentionRules, query: [("as_of", asOf?.description)])
    }

    /// Makes the rule, or makes it what `rule` says. Doing so twice changes nothing.
    package func setRetentionRule(
        _ name: String, _ rule: RetentionRuleRequest, command: String? = nil
    ) async throws(ClientError) -> RetentionRuleInfo {
        try await ask(.setRetentionRule, name, sending: rule, command: command)
    }

    /// Deletes the rule; what it was is answered, and what it took away stays away.
    package func deleteRetentionRule(_ name: String) async throws(ClientError) -> RetentionRuleInfo {
        try await ask(.deleteRetentionRule, name)
    }

    /// Tells what the rules would take now of at most `limit` sessions.
    package func previewRetention(limit: Int? = nil) async throws(ClientError) -> RetentionReportInfo {
        try await ask(.previewRetention, query: [("limit", limit.map(String.init))])
    }

    /// Takes what the rules say now of at most `limit` sessions; while it `hasMore`, another call goes on.
    package func runRetention(limit: Int? = nil) async throws(ClientError) -> RetentionReportInfo {
        try await ask(.runRetention, query: [("limit", limit.map(String.init))])
    }
}
