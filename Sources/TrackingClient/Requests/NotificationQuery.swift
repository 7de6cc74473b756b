package import Tracking

/// Which notifications are asked for; what is nil lets all through.
package struct NotificationQuery: Sendable {
    /// `training`, `alert` or `system`.
    package var type: String?
    /// `low`, `medium` or `high`.
    package var priority: String?
    /// True to leave out those that are read.
    package var isUnread = false
    package var sessionID: String?
    /// The past moment whose notifications are listed, as they were then.
    package var asOf: LogMoment?
    package var limit: Int?
    package var offset: Int?

    package init() {}

    var parameters: [(String, String?)] {
        [
            ("type", type), ("priority", priority), ("unread", isUnread ? "true" : nil), ("session_id", sessionID),
            ("as_of", asOf?.description), ("limit", limit.map(String.init)), ("offset", offset.map(String.init)),
        ]
    }
}
