import Synchronization
package import Tracking

/// The holders of sessions and their time left. Leases live in memory only; claims and losses are events.
///
/// Times are those of a clock that never jumps, as time since some fixed start.
package final class LeaseTable: Sendable {
    /// One attempt of one session.
    package struct Holder: Hashable, Sendable {
        package var session: Session.ID
        package var attempt: UInt32

        package init(session: Session.ID, attempt: UInt32) {
            self.session = session
            self.attempt = attempt
        }
    }

    private struct Lease: Sendable {
        var length: Duration
        var end: Duration
    }

    private let leases = Mutex<[Holder: Lease]>([:])

    package init() {}

    /// Gives `holder` a lease of `length` from `now`, in place of one it has.
    package func grant(_ holder: Holder, for length: Duration, at now: Duration) {
        leases.withLock { $0[holder] = Lease(length: length, end: now + length) }
    }

    /// Lets the holder's lease begin anew at `now`; false when it has none.
    @discardableResult
    package func renew(_ holder: Holder, at now: Duration) -> Bool {
        leases.withLock { leases in
            guard let lease = leases[holder] else { return false }
            leases[holder]?.end = now + lease.length
            return true
        }
    }

    /// Takes every lease of `session` away: its attempt has ended.
    package func release(_ session: Session.ID) {
        leases.withLock { leases in
            for holder in leases.keys where holder.session == session { leases[holder] = nil }
        }
    }

    /// Takes the lease of `holder` away.
    package func release(_ holder: Holder) {
        leases.withLock { $0[holder] = nil }
    }

    /// The holders whose leases have run out at `now`, in a fixed order; they stay until they are released or renewed.
    package func expired(at now: Duration) -> [Holder] {
        leases.withLock { leases in leases.filter { $0.value.end <= now }.keys }
            .sorted { ($0.session, $0.attempt) < ($1.session, $1.attempt) }
    }

    /// The number of leases.
    package var count: Int { leases.withLock { $0.count } }
}
