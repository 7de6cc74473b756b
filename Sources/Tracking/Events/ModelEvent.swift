package import SwiftProtobuf

/// An event of a `model/<name>` stream: something that happened to one of a model's aliases. The messages are in
/// `schemas/pivot/events/v1/model.proto`.
package enum ModelEvent: DomainEvent {
    case aliasSet(AliasSet)
    case aliasRemoved(AliasRemoved)

    package var type: String {
        switch self {
        case .aliasSet: "model.alias_set"
        case .aliasRemoved: "model.alias_removed"
        }
    }

    package var message: any SwiftProtobuf.Message {
        switch self {
        case .aliasSet(let message): message
        case .aliasRemoved(let message): message
        }
    }

    package var priority: AppendPriority { .ordinary }

    package init(type: String, payload: [UInt8]) throws(EventCodecError) {
        switch type {
        case "model.alias_set": self = .aliasSet(try Self.decode(payload, of: type))
        case "model.alias_removed": self = .aliasRemoved(try Self.decode(payload, of: type))
        default: throw .unknownType(type)
        }
    }
}
