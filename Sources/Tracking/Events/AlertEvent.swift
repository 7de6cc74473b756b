package import SwiftProtobuf

/// An event of an `alert/<session>` stream: its rise and what came of it. The messages are in `schemas/pivot/events/v1/alert.proto`.
package enum AlertEvent: DomainEvent {
    case triggered(AlertTriggered)
    case acknowledged(AlertAcknowledged)
    case resolved(AlertResolved)

    package var type: String {
        switch self {
        case .triggered: "alert.triggered"
        case .acknowledged: "alert.acknowledged"
        case .resolved: "alert.resolved"
        }
    }

    package var message: any SwiftProtobuf.Message {
        switch self {
        case .triggered(let message): message
        case .acknowledged(let message): message
        case .resolved(let message): message
        }
    }

    /// The alert that it is about.
    package var alert: Alert.ID? {
        switch self {
        case .triggered(let message): Alert.ID(message.alertID)
        case .acknowledged(let message): Alert.ID(message.alertID)
        case .resolved(let message): Alert.ID(message.alertID)
        }
    }

    package var priority: AppendPriority { .report }

    package init(type: String, payload: [UInt8]) throws(EventCodecError) {
        switch type {
        case "alert.triggered": self = .triggered(try Self.decode(payload, of: type))
        case "alert.acknowledged": self = .acknowledged(try Self.decode(payload, of: type))
        case "alert.resolved": self = .resolved(try Self.decode(payload, of: type))
        default: throw .unknownType(type)
        }
    }
}
