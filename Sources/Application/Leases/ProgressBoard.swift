import Synchronization
package import Tracking

/// The latest reports of the holders of leases about the epochs under way, and who waits for more.
///
/// It is kept in memory only: an epoch's record closes what was said of it, and after a restart of the server the next
/// report is a moment away.
package final class ProgressBoard: Sendable {
    /// The latest report of a session and its number: later reports have greater ones.
    package struct Entry: Equatable, Sendable {
        package var progress: SessionProgress
        package var number: UInt64
    }

    private struct State {
        var number: UInt64 = 0
        var entries: [Session.ID: Entry] = [:]
    }

    private let state = Mutex(State())
    private let observer = Mutex<(@Sendable (Session.ID, Entry) -> Void)?>(nil)

    package init() {}

    /// Calls `observe` with every report from now on; there is one observer.
    package func setObserver(_ observe: @escaping @Sendable (Session.ID, Entry) -> Void) {
        observer.withLock { $0 = observe }
    }

    package subscript(session: Session.ID) -> SessionProgress? {
        state.withLock { $0.entries[session]?.progress }
    }

    /// Puts a report in the place of the one before.
    package func set(_ progress: SessionProgress, of session: Session.ID) {
        let entry = state.withLock { state in
            state.number += 1
            let entry = Entry(progress: progress, number: state.number)
            state.entries[session] = entry
            return entry
        }
        observer.withLock { $0 }?(session, entry)
    }

    /// The session's attempt has ended.
    package func remove(_ session: Session.ID) { state.withLock { $0.entries[session] = nil } }
}
