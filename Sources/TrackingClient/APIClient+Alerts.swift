package import API
package import Tracking

/// Alert rules and alerts.
extension APIClient {
    /// Adds a rule that watches what is recorded from now on. The same `command` with the same content gives the same rule.
    package func createAlertRule(
        _ new: NewAlertRule, command: String? = nil
    ) async throws(ClientError) -> AlertRuleInfo {
        try await ask(.createAlertRule, sending: new, command: command)
    }

    /// The rules in the order of their creation, now or as they were at `asOf`: all, or at most `limit` after the first `offset`.
    package func alertRules(
        limit: Int? = nil, offset: Int? = nil, asOf: LogMoment? = nil
    ) async throws(ClientError) -> AlertRuleList {
        try await ask(
            .listAlertRules,
            query: [
                ("limit", limit.map(String.init)), ("offset", offset.map(String.init)), ("as_of", asOf?.description),
            ])
    }

    /// The rule's document, now or as it was at `asOf`.
    package func alertRule(_ id: String, asOf: LogMoment? = nil) async throws(ClientError) -> AlertRuleInfo {
        try await ask(.getAlertRule, id, query: [("as_of", asOf?.description)])
    }

    /// Changes the rule; what is nil stays. Alerts that rose by what it was before are over.
    package func updateAlertRule(
        _ id: String, _ changes: UpdatedAlertRule, command: String? = nil
    ) async throws(ClientError) -> AlertRuleInfo {
        try await ask(.updateAlertRule, id, sending: changes, command: command)
    }

    /// Deletes the rule, and ends its alerts; its document is answered.
    package func deleteAlertRule(_ id: String) async throws(ClientError) -> AlertRuleInfo {
        try await ask(.deleteAlertRule, id)
    }

    /// One page of the alerts that match `query`, the newest first, and how many of all are not over.
    package func alerts(_ query: AlertQuery = AlertQuery()) async throws(ClientError) -> AlertList {
        try await ask(.listAlerts, query: query.parameters)
    }

    /// The alert's document, now or as it was at `asOf`.
    package func alert(_ id: String, asOf: LogMoment? = nil) async throws(ClientError) -> AlertInfo {
        try await ask(.getAlert, id, query: [("as_of", asOf?.description)])
    }

    /// Says that somebody has seen the alert; doing so twice changes nothing. One that is over is refused.
    package func acknowledgeAlert(
        _ id: String, _ remark: AlertRemark = AlertRemark(), command: String? = nil
    ) async throws(ClientError) -> AlertInfo {
        try await ask(.acknowledgeAlert, id, sending: remark, command: command)
    }

    /// Ends the alert by hand. One that is over is refused.
    package func resolveAlert(
        _ id: String, _ remark: AlertRemark = AlertRemark(), command: String? = nil
    ) async throws(ClientError) -> AlertInfo {
        try await ask(.resolveAlert, id, sending: remark, command: command)
    }
}
