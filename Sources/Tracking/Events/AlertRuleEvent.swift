package import SwiftProtobuf

/// An event of an `alert-rule/<id>` stream: something that happened to a rule. The messages are in
/// `schemas/pivot/events/v1/alert.proto`.
package enum AlertRuleEvent: DomainEvent {
    case created(AlertRuleCreated)
    case changed(AlertRuleChanged)
    case deleted(AlertRuleDeleted)

    package var type: String {
        switch self {
        case .created: "alert_rule.created"
        case .changed: "alert_rule.changed"
        case .deleted: "alert_rule.deleted"
        }
    }

    package var message: any SwiftProtobuf.Message {
        switch self {
        case .created(let message): message
        case .changed(let message): message
        case .deleted(let message): message
        }
    }

    package var priority: AppendPriority { .ordinary }

    package init(type: String, payload: [UInt8]) throws(EventCodecError) {
        switch type {
        case "alert_rule.created": self = .created(try Self.decode(payload, of: type))
        case "alert_rule.changed": self = .changed(try Self.decode(payload, of: type))
        case "alert_rule.deleted": self = .deleted(try Self.decode(payload, of: type))
        default: throw .unknownType(type)
        }
    }
}
