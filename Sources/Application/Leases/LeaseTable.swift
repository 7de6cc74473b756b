import Synchronization
package import Tracking

/// The holders of sessions and their time left. Leases live in memory only; claims and losses are events.
///
/// Times are those of a clock of this machine, as time since some fixed start. It may stand still or jump: when the process
/// was stopped or the machine slept, nobody could renew a lease, so after a gap each one begins anew.
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

    private struct State {
        var leases: [Holder: Lease] = [:]
        /// The time at which it was last asked for what has run out.
        var lastLook: Duration?
    }

    /// The longest time between two looks at what has run out that is no gap: some times that between two ticks, and less
    /// than the shortest lease.
    package static let longestStep = Duration.milliseconds(900)

    private let state = Mutex(State())

    package init() {}

    /// Gives `holder` a lease of `length` from `now`, in place of one it has.
    package func grant(_ holder: Holder, for length: Duration, at now: Duration) {
        state.withLock { $0.leases[holder] = Lease(length: length, end: now + length) }
    }

    /// Lets the holder's lease begin anew at `now`; false when it has none.
    @discardableResult
    package func renew(_ holder: Holder, at now: Duration) -> Bool {
        state.withLock { state in
            guard let lease = state.leases[holder] else { return false }
            state.leases[holder]?.end = now + lease.length
            return true
        }
    }

    /// Takes every lease of `session` away: its attempt has ended.
    package func release(_ session: Session.ID) {
        state.withLock { state in
            for holder in state.leases.keys where holder.session == session { state.leases[holder] = nil }
        }
    }

    /// Takes the lease of `holder` away.
    package func release(_ holder: Holder) {
        state.withLock { $0.leases[holder] = nil }
    }

    /// The holders whose leases have run out at `now`, in a fixed order; they stay until they are released or renewed.
    ///
    /// Ask it every tick. When more than `longestStep` has passed since the last time, or time has gone backwards, this
    /// process could not take renewals all the while: then every lease begins anew and nobody's has run out.
    package func expired(at now: Duration) -> [Holder] {
        state.withLock { state in
            let last = state.lastLook ?? now
            state.lastLook = now
            guard (last...last + LeaseTable.longestStep).contains(now) else {
                for (holder, lease) in state.leases { state.leases[holder]?.end = now + lease.length }
                return []
            }
            return state.leases.filter { $0.value.end <= now }.keys
                .sorted { ($0.session, $0.attempt) < ($1.session, $1.attempt) }
        }
    }

    /// The number of leases.
    package var count: Int { state.withLock { $0.leases.count } }
}
