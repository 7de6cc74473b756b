package import EventLog
package import LMDB
package import Tracking

/// The reason that the documents could not follow the log.
package enum ProjectionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// An event is not one that this version of PIVOT reads. The documents hold everything before it.
    case undecodable(position: LogPosition, stream: StreamID, EventCodecError)
    /// The events do not begin after the documents' position, or are not in order.
    case outOfOrder(position: LogPosition, after: LogPosition)
    /// The documents' database failed; nothing of the batch was written.
    case storage(LMDBError)
    /// The log could not be read.
    case log(StorageError)
    /// The folder of the read models could not be made, removed or renamed.
    case folder(String)

    package var description: String {
        switch self {
        case .undecodable(let position, let stream, let error):
            "the read models stop before position \(position) of \(stream): \(error)"
        case .outOfOrder(let position, let after):
            "an event at position \(position) was given after \(after): this is a bug"
        case .storage(let error): "the read models could not be written: \(error)"
        case .log(let error): "the read models could not read the log: \(error)"
        case .folder(let message): message
        }
    }
}
