package import LMDB
package import Tracking

/// The reason that the log could not be opened or read. Two errors are equal when their codes are.
package struct StorageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure that a caller can tell apart.
    package enum Code: Hashable, Sendable {
        /// Another process, or another part of this one, has the data directory.
        case locked
        /// The log was written by a later release.
        case newerFormat
        /// A record, or the data file, is damaged.
        case damaged
        /// Too many reads are going on at once.
        case busy
        /// The store was closed.
        case closed
        /// The waiting task was cancelled.
        case cancelled
        /// The disk or the system refused.
        case failed
    }

    package let code: Code
    /// One or two sentences: what happened, to what, and what to do.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The meaning of an error of the database for the log.
    package init(_ error: LMDBError) {
        let code: Code =
            switch error.code {
            case .truncated, .notADatabase, .corrupted: .damaged
            case .readersFull: .busy
            default: .failed
            }
        self.init(code, error.description)
    }

    /// The error of a read that never began.
    package init(_ refusal: ReaderPool.Refusal) {
        switch refusal {
        case .busy: self.init(.busy, refusal.description)
        case .cancelled: self.init(.cancelled, refusal.description)
        }
    }

    /// A record that could not be read.
    package init(_ error: RecordError, at position: LogPosition) {
        let message = "The log cannot be read at position \(position). \(error)"
        if case .unknownFormat = error {
            self.init(.newerFormat, message + " Use that release or a later one.")
        } else {
            self.init(damaged: message)
        }
    }

    /// The damage that `message` tells of; the advice is added.
    init(damaged message: String) { self.init(.damaged, message + " Restore the log from a backup.") }

    /// The answer of a store that was closed.
    package static let closed = StorageError(.closed, "The log is closed. Restart the server.")

    package static func == (left: StorageError, right: StorageError) -> Bool { left.code == right.code }

    package var description: String { message }
}
