package import SwiftProtobuf

/// An event of a `webhook/<id>` stream: something that happened to a webhook.
///
/// The messages are in `schemas/pivot/events/v1/webhook.proto`.
package enum WebhookEvent: DomainEvent {
    case created(WebhookCreated)
    case changed(WebhookChanged)
    case deleted(WebhookDeleted)
    case deliveryAttempted(DeliveryAttempted)
    case redeliveryRequested(RedeliveryRequested)
    case replayRequested(ReplayRequested)

    package var type: String {
        switch self {
        case .created: "webhook.created"
        case .changed: "webhook.changed"
        case .deleted: "webhook.deleted"
        case .deliveryAttempted: "webhook.delivery_attempted"
        case .redeliveryRequested: "webhook.redelivery_requested"
        case .replayRequested: "webhook.replay_requested"
        }
    }

    package var message: any SwiftProtobuf.Message {
        switch self {
        case .created(let message): message
        case .changed(let message): message
        case .deleted(let message): message
        case .deliveryAttempted(let message): message
        case .redeliveryRequested(let message): message
        case .replayRequested(let message): message
        }
    }

    package var priority: AppendPriority {
        switch self {
        case .created, .redeliveryRequested, .replayRequested: .ordinary
        case .changed, .deleted: .freeing
        case .deliveryAttempted: .report
        }
    }

    package init(type: String, payload: [UInt8]) throws(EventCodecError) {
        switch type {
        case "webhook.created": self = .created(try Self.decode(payload, of: type))
        case "webhook.changed": self = .changed(try Self.decode(payload, of: type))
        case "webhook.deleted": self = .deleted(try Self.decode(payload, of: type))
        case "webhook.delivery_attempted": self = .deliveryAttempted(try Self.decode(payload, of: type))
        case "webhook.redelivery_requested": self = .redeliveryRequested(try Self.decode(payload, of: type))
        case "webhook.replay_requested": self = .replayRequested(try Self.decode(payload, of: type))
        default: throw .unknownType(type)
        }
    }
}
