import Application
import Blobs
import EventLog
import Tracking

/// The end of a call to the server that brought no answer.
enum CallError: Error {
    /// The rules of the server do not allow it.
    case refused(String)
    /// It may be sent again: the server was killed, or has no room.
    case again
    /// An error that no caller may meet.
    case wrong(String)

    /// The meaning of an error for whoever called a server that lives.
    init(_ error: any Error) {
        switch error {
        case let error as any AnyCommandError: self = error.meaning
        case let error as SessionRefusal: self = .refused("\(error)")
        case let error as AppendError: self = CallError(log: error)
        case let error as StorageError: self = CallError(storage: error)
        case TrackerError.checkpointsBusy, TrackerError.noRoom: self = .again
        case TrackerError.readModelsBehind: self = .wrong("\(error)")
        case let error as TrackerError: self = .refused("\(error)")
        case BlobError.noRoom: self = .again
        case is CancellationError: self = .again
        default: self = .wrong("\(error)")
        }
    }

    private init(log error: AppendError) {
        switch error {
        case .overloaded, .noRoom, .outcomeUnknown, .stopped: self = .again
        case .conflict, .commandReused, .tooLarge: self = .wrong("\(error)")
        }
    }

    private init(storage error: StorageError) {
        switch error.code {
        case .closed, .cancelled, .busy: self = .again
        default: self = .wrong("\(error)")
        }
    }
}

/// An error of a command, whatever its rules are.
private protocol AnyCommandError: Error {
    var meaning: CallError { get }
}

extension CommandError: AnyCommandError {
    fileprivate var meaning: CallError {
        switch self {
        case .refused(let refusal, _): .refused("\(refusal)")
        case .log(let error): CallError(error)
        case .storage(let error): CallError(error)
        case .codec(let error): .wrong("\(error)")
        case .contended: .again
        }
    }
}
