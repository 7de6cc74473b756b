import API
import Application
import Hummingbird
import ReadModels
import Tracking
import WebServer

/// What people are notified of, and what they did with it.
struct NotificationEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.listNotifications, list), Endpoint(.readNotification, read),
            Endpoint(.readAllNotifications, readAll), Endpoint(.clearNotification, clear),
            Endpoint(.clearNotifications, clearAll),
        ]
    }

    @Sendable private func list(_ call: Call) async throws -> Response {
        let type = try Self.word("type", call, ["training", "alert", "system"])
        let priority = try Self.word("priority", call, ["low", "medium", "high"])
        let isUnread = try call.query.flag("unread")
        let session = try call.queriedSessionID()?.text
        let answer = try await tracker.queries.notifications(
            limit: try call.query.limit(maximum: 1000) ?? 100, offset: try call.query.offset(), try call.freshness()
        ) { notification in
            (type == nil || type == notification.type) && (priority == nil || priority == notification.priority)
                && (!isUnread || !notification.read) && (session == nil || session == notification.sessionID)
        }
        return .read(answer) { notifications, marks in
            var list = NotificationList()
            list.notifications = notifications.map { NotificationInfo($0) }
            list.unreadCount = Int(clamping: marks.unread)
            list.total = Int(clamping: marks.shown)
            return list
        }
    }

    @Sendable private func read(_ call: Call) async throws -> Response {
        .written(try await tracker.notifications.read(id(call), as: try call.identity("read-notification"))) {
            NotificationInfo($0)
        }
    }

    @Sendable private func clear(_ call: Call) async throws -> Response {
        .written(try await tracker.notifications.clear(id(call), as: try call.identity("clear-notification"))) {
            NotificationInfo($0)
        }
    }

    @Sendable private func readAll(_ call: Call) async throws -> Response {
        .written(try await tracker.notifications.readAll(as: try call.identity("read-all-notifications"))) {
            NotificationCounts($0)
        }
    }

    @Sendable private func clearAll(_ call: Call) async throws -> Response {
        .written(try await tracker.notifications.clearAll(as: try call.identity("clear-notifications"))) {
            NotificationCounts($0)
        }
    }

    private func id(_ call: Call) -> String { call.parameters["notification_id"] ?? "" }

    private static func word(_ name: String, _ call: Call, _ words: [String]) throws(FieldError) -> String? {
        guard let text = call.query.text(name) else { return nil }
        guard words.contains(text) else {
            throw FieldError(name, "must be one of \(words.joined(separator: ", ")), not '\(text.prefix(80))'")
        }
        return text
    }
}
