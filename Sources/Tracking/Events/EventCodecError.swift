/// The reason that a record could not be turned into an event, or an event into a record.
package enum EventCodecError: Error, Equatable, CustomStringConvertible {
    /// No event of this family has the type.
    case unknownType(String)
    /// The payload is not the message that the type names.
    case malformed(type: String, reason: String)
    /// The payload exceeds what one record may hold; the report must be split.
    case tooLarge(type: String, byteCount: Int)
    /// A newer PIVOT wrote it.
    case newerSchema(type: String, version: UInt32, known: UInt32)

    package var description: String {
        switch self {
        case .unknownType(let type):
            "the log holds an event of type '\(type)', which this version of PIVOT does not know: use a newer one"
        case .malformed(let type, let reason):
            "the payload of '\(type)' cannot be read: \(reason)"
        case .tooLarge(let type, let byteCount):
            "the payload of '\(type)' has \(byteCount) bytes; at most \(NewEvent.maximumPayloadByteCount) fit in one "
                + "record: send it in smaller parts"
        case .newerSchema(let type, let version, let known):
            "'\(type)' was written with schema version \(version); this binary knows \(known): use a newer PIVOT"
        }
    }
}
