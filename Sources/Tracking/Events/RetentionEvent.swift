package import SwiftProtobuf

/// An event of a `retention/<name>` stream: something that happened to a retention rule. The messages are in
/// `schemas/pivot/events/v1/retention.proto`.
package enum RetentionEvent: DomainEvent {
    case ruleSet(RetentionRuleSet)
    case ruleDeleted(RetentionRuleDeleted)

    package var type: String {
        switch self {
        case .ruleSet: "retention.rule_set"
        case .ruleDeleted: "retention.rule_deleted"
        }
    }

    package var message: any SwiftProtobuf.Message {
        switch self {
        case .ruleSet(let message): message
        case .ruleDeleted(let message): message
        }
    }

    package var priority: AppendPriority { .ordinary }

    package init(type: String, payload: [UInt8]) throws(EventCodecError) {
        switch type {
        case "retention.rule_set": self = .ruleSet(try Self.decode(payload, of: type))
        case "retention.rule_deleted": self = .ruleDeleted(try Self.decode(payload, of: type))
        default: throw .unknownType(type)
        }
    }
}
