package import Tracking

/// The reason that a command was not carried out.
package enum CommandError<Refusal: Error>: Error, CustomStringConvertible {
    /// The decider says no to what was asked of a stream.
    case refused(Refusal, StreamID)
    /// The log says no, or failed.
    case log(AppendError)
    /// The stream could not be read.
    case storage(StorageError)
    /// An event cannot be encoded, or a stored one not be decoded.
    case codec(EventCodecError)
    /// Others kept changing the stream; the command can be sent again.
    case contended

    package var description: String {
        switch self {
        case .refused(let refusal, _): "\(refusal)"
        case .log(let error): error.description
        case .storage(let error): error.description
        case .codec(let error): error.description
        case .contended: "Other commands keep changing the same stream. Send the command again."
        }
    }
}
