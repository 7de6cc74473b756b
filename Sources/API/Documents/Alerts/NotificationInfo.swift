package import Tracking

/// Something that people are told.
package struct NotificationInfo: Document, Equatable {
    package static let name = "Notification"

    package var id = ""
    /// `training`, `alert` or `system`.
    package var type = ""
    /// `low`, `medium` or `high`.
    package var priority = ""
    package var message = ""
    package var data = NotificationData()
    package var isRead = false
    package var createdAt = Timestamp(rawValue: 0)

    package init() {}

    package static let fields: [Field<NotificationInfo>] = [
        Field("id", \.id), Field("type", \.type, .words(["training", "alert", "system"])),
        Field("priority", \.priority, .words(["low", "medium", "high"])), Field("message", \.message),
        Field("data", \.data), Field("read", \.isRead), Field("created_at", \.createdAt),
    ]
}

/// What a notification is about.
package struct NotificationData: Document, Equatable {
    package static let name = "NotificationData"

    /// The event, such as `training_failed`.
    package var event = ""
    /// Its place in the log.
    package var position: UInt64 = 0
    package var sessionID: String?
    package var alertID: String?
    package var webhookID: String?

    package init() {}

    package static let fields: [Field<NotificationData>] = [
        Field("event", \.event), Field("position", \.position), Field("session_id", \.sessionID),
        Field("alert_id", \.alertID), Field("webhook_id", \.webhookID),
    ]
}

/// Notifications, the newest first.
package struct NotificationList: Document, Equatable {
    package static let name = "NotificationList"

    package var notifications: [NotificationInfo] = []
    /// Of all that are not cleared.
    package var unreadCount = 0
    package var total = 0

    package init() {}

    package static let fields: [Field<NotificationList>] = [
        Field("notifications", \.notifications), Field("unread_count", \.unreadCount), Field("total", \.total),
    ]
}

/// What is left after a mark on all notifications.
package struct NotificationCounts: Document, Equatable {
    package static let name = "NotificationCounts"

    package var unreadCount = 0
    package var total = 0

    package init() {}

    package static let fields: [Field<NotificationCounts>] = [
        Field("unread_count", \.unreadCount), Field("total", \.total),
    ]
}
