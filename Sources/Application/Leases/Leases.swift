import Synchronization
package import Tracking

/// The holds on sessions: the living leases, the tokens that prove them, and what their holders reported of the epoch
/// under way.
package struct Leases: Sendable {
    /// The leases that live.
    package let table: LeaseTable
    /// Makes the tokens.
    package let tokens: LeaseTokens
    /// Progress within an epoch; it is not part of the log.
    package let progressBoard: ProgressBoard
    /// A clock that never jumps.
    let elapsed: @Sendable () -> Duration

    package init(tokens: LeaseTokens, elapsed: @escaping @Sendable () -> Duration) {
        self.tokens = tokens
        self.elapsed = elapsed
        table = LeaseTable()
        progressBoard = ProgressBoard()
    }

    /// The latest report of the session's holder; nil when nobody reported.
    package func progress(of session: Session.ID) -> SessionProgress? { progressBoard[session] }

    /// Gives an attempt its lease.
    package func grant(_ session: Session.ID, attempt: UInt32, seconds: UInt32) {
        table.grant(.init(session: session, attempt: attempt), for: .seconds(Int64(seconds)), at: elapsed())
    }

    /// Lets an attempt's lease begin anew, if it has one.
    package func renew(_ session: Session.ID, attempt: UInt32) {
        table.renew(.init(session: session, attempt: attempt), at: elapsed())
    }

    /// The session's attempt has ended.
    package func release(_ session: Session.ID) {
        table.release(session)
        progressBoard.remove(session)
    }

    /// The leases that have run out by now.
    package func expired() -> [LeaseTable.Holder] { table.expired(at: elapsed()) }
}
