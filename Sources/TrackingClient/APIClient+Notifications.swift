package import API

extension APIClient {
    /// One page of the notifications that match `query` and are not cleared, the newest first.
    package func notifications(
        _ query: NotificationQuery = NotificationQuery()
    ) async throws(ClientError) -> NotificationList {
        try await ask(.listNotifications, query: query.parameters)
    }

    /// Marks the notification as read; doing so twice changes nothing.
    package func readNotification(_ id: String) async throws(ClientError) -> NotificationInfo {
        try await ask(.readNotification, id)
    }

    /// Marks all that there are as read; answers what is left.
    package func readAllNotifications() async throws(ClientError) -> NotificationCounts {
        try await ask(.readAllNotifications)
    }

    /// Takes the notification out of the list; answers it as it was.
    package func clearNotification(_ id: String) async throws(ClientError) -> NotificationInfo {
        try await ask(.clearNotification, id)
    }

    /// Takes all that there are out of the list; answers what is left.
    package func clearNotifications() async throws(ClientError) -> NotificationCounts {
        try await ask(.clearNotifications)
    }
}
