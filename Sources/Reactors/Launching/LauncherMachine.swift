package import Tracking

/// Decides which session is launched when: the pure part of the launcher.
///
/// Sessions wait in the order of the log. A slot is taken from the launch until the process has ended and the session does
/// not train any more.
package struct LauncherMachine: Sendable {
    /// An action that the shell is to take.
    package enum Action: Equatable, Sendable {
        /// Start a trainer for the session.
        case launch(Session.ID)
    }

    private let slots: Int
    private var waiting: [Session.ID] = []
    /// Sessions that train, in a process of ours or of an earlier server.
    private var training: Set<Session.ID> = []
    /// Sessions with a living process of ours.
    private var processes: Set<Session.ID> = []

    /// - Parameter slots: How many sessions may train at once.
    package init(slots: Int) {
        precondition(slots >= 1)
        self.slots = slots
    }

    /// A session of a kind that is launched here waits for its turn.
    package mutating func wait(_ session: Session.ID) {
        training.remove(session)
        if !waiting.contains(session) { waiting.append(session) }
    }

    /// An attempt of the session was claimed; `isOurs` unless its kind is never launched here.
    package mutating func claimed(_ session: Session.ID, isOurs: Bool) {
        waiting.removeAll { $0 == session }
        if isOurs { training.insert(session) }
    }

    /// The session does not train and does not wait any more.
    package mutating func ended(_ session: Session.ID) {
        waiting.removeAll { $0 == session }
        training.remove(session)
    }

    /// The process that was started for the session is gone, or could not be started.
    package mutating func processEnded(_ session: Session.ID) {
        processes.remove(session)
    }

    /// The launches that are due; each takes its slot at once.
    package mutating func step() -> [Action] {
        var actions: [Action] = []
        while training.union(processes).count < slots {
            // A session whose last process is still ending waits for that end.
            guard let next = waiting.first(where: { !processes.contains($0) }) else { break }
            waiting.removeAll { $0 == next }
            processes.insert(next)
            actions.append(.launch(next))
        }
        return actions
    }

    /// The sessions that wait, the next one first.
    package var queue: [Session.ID] { waiting }
}
