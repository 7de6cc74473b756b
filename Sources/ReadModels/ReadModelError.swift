package import LMDB
import Tracking

/// The reason that a query has no answer. Two errors are equal when their codes are.
package struct ReadModelError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure that a caller can tell apart.
    package enum Code: Hashable, Sendable {
        /// The documents are being built from the log; ask again later.
        case building
        /// Too many reads wait; ask again later.
        case busy
        /// Too many long answers are under way; ask for less, or again later.
        case tooManyLongReads
        /// The position asked for lies after what the documents show.
        case notReached
        /// The database below failed.
        case storage(LMDBError.Code)
    }

    package let code: Code
    /// Says what happened and what to do.
    package let message: String

    package static func == (left: ReadModelError, right: ReadModelError) -> Bool { left.code == right.code }

    package var description: String { message }

    /// Too many reads wait.
    static func busy(_ refusal: ReaderPool.Refusal) -> ReadModelError {
        ReadModelError(code: .busy, message: refusal.description)
    }

    /// `maximumCount` long answers are under way.
    static func tooManyLongReads(_ maximumCount: Int) -> ReadModelError {
        ReadModelError(
            code: .tooManyLongReads,
            message:
                "This server gives at most \(maximumCount) long answers at a time (max_long_reads). Ask for less, such as with "
                + "max_points or limit, or try again later.")
    }

    /// The documents show the log up to `position`; it has reached `head`.
    static func building(_ position: LogPosition, of head: LogPosition) -> ReadModelError {
        ReadModelError(
            code: .building,
            message: "The read models are being built from the log: \(position) of \(head) events are done. Try again "
                + "later.")
    }

    /// `asked` lies after `position`.
    static func notReached(_ asked: LogPosition, at position: LogPosition) -> ReadModelError {
        ReadModelError(
            code: .notReached,
            message:
                "Position \(asked) was asked for, but the read models are at position \(position). Try again later, "
                + "or ask for an earlier position.")
    }

    /// A failure of the database.
    package init(_ error: LMDBError) {
        code = .storage(error.code)
        message = "The read models cannot be read: \(error.description)"
    }

    /// True when the rows are not what was written, so that they must be built again.
    var meansDamage: Bool {
        if case .storage(let code) = code { code.meansDamage } else { false }
    }

    private init(code: Code, message: String) {
        self.code = code
        self.message = message
    }
}
