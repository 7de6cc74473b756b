package import SwiftProtobuf

/// An event of the stream `log-keys/log`: a change of the keys that sign the log's tree heads. The messages are in
/// `schemas/pivot/events/v1/log_key.proto`.
package enum LogKeyEvent: DomainEvent {
    case rotated(LogKeyRotated)
    case retired(LogKeyRetired)

    package var type: String {
        switch self {
        case .rotated: "log_keys.rotated"
        case .retired: "log_keys.retired"
        }
    }

    package var message: any SwiftProtobuf.Message {
        switch self {
        case .rotated(let message): message
        case .retired(let message): message
        }
    }

    package var priority: AppendPriority { .ordinary }

    package init(type: String, payload: [UInt8]) throws(EventCodecError) {
        switch type {
        case "log_keys.rotated": self = .rotated(try Self.decode(payload, of: type))
        case "log_keys.retired": self = .retired(try Self.decode(payload, of: type))
        default: throw .unknownType(type)
        }
    }
}
