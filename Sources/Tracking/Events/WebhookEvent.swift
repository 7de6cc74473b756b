package import SwiftProtobuf

/// An event of a `webhook/<id>` stream: something that happened to a webhook.
///
/// The messages are in `schemas/pivot/events/v1/webhook.proto`.
package enum WebhookEvent: DomainEvent {
    case created(WebhookCreated)
    case deleted(WebhookDeleted)

    package var type: String {
        switch self {
        case .created: "webhook.created"
        case .deleted: "webhook.deleted"
        }
    }

    package var message: any SwiftProtobuf.Message {
        switch self {
        case .created(let message): message
        case .deleted(let message): message
        }
    }

    package var priority: AppendPriority {
        switch self {
        case .created: .ordinary
        case .deleted: .freeing
        }
    }

    package init(type: String, payload: [UInt8]) throws(EventCodecError) {
        switch type {
        case "webhook.created": self = .created(try Self.decode(payload, of: type))
        case "webhook.deleted": self = .deleted(try Self.decode(payload, of: type))
        default: throw .unknownType(type)
        }
    }
}
