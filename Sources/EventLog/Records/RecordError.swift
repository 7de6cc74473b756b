/// The reason that some bytes are not a record.
package enum RecordError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes end before the record does, or go on after it.
    case length
    /// Written in a format of a later release.
    case unknownFormat(UInt8)
    /// The header does not match its check.
    case headerCheck
    /// The body does not match its check, or belongs to another header.
    case bodyCheck
    /// A field holds what it may not hold, though the checks match.
    case field(String)
    /// The payload does not match its digest.
    case payloadDigest

    package var description: String {
        switch self {
        case .length: "The record is cut off, or longer than it says."
        case .unknownFormat(let format): "The record has format \(format), which was written by a later release."
        case .headerCheck: "The record's header does not match its checksum."
        case .bodyCheck: "The record's body does not match its checksum."
        case .field(let name): "The record's \(name) is not valid."
        case .payloadDigest: "The payload does not match its digest."
        }
    }
}
