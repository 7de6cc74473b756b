package import Tracking

/// Which alerts are asked for; what is nil or empty lets all through.
package struct AlertQuery: Sendable {
    /// Any of these.
    package var statuses: [Alert.Status] = []
    package var severity: AlertRule.Severity?
    package var sessionID: String?
    package var ruleID: String?
    /// The past moment whose alerts are listed, as they were then.
    package var asOf: LogMoment?
    package var limit: Int?
    package var offset: Int?

    package init() {}

    var parameters: [(String, String?)] {
        [
            ("status", statuses.isEmpty ? nil : statuses.map(\.rawValue).joined(separator: ",")),
            ("severity", severity?.rawValue), ("session_id", sessionID), ("rule_id", ruleID),
            ("as_of", asOf?.description), ("limit", limit.map(String.init)), ("offset", offset.map(String.init)),
        ]
    }
}
