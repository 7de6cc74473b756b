package import SwiftProtobuf

/// An event of the `notifications/marks` stream: what people did with notifications. The messages are in
/// `schemas/pivot/events/v1/notifications.proto`.
package enum NotificationEvent: DomainEvent {
    case read(NotificationsRead)
    case allRead(AllNotificationsRead)
    case cleared(NotificationsCleared)

    package var type: String {
        switch self {
        case .read: "notifications.read"
        case .allRead: "notifications.all_read"
        case .cleared: "notifications.cleared"
        }
    }

    package var message: any SwiftProtobuf.Message {
        switch self {
        case .read(let message): message
        case .allRead(let message): message
        case .cleared(let message): message
        }
    }

    package var priority: AppendPriority { .freeing }

    package init(type: String, payload: [UInt8]) throws(EventCodecError) {
        switch type {
        case "notifications.read": self = .read(try Self.decode(payload, of: type))
        case "notifications.all_read": self = .allRead(try Self.decode(payload, of: type))
        case "notifications.cleared": self = .cleared(try Self.decode(payload, of: type))
        default: throw .unknownType(type)
        }
    }
}
