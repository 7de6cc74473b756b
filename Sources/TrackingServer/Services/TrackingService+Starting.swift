import EventLog
import Projections
import Reactors
import Tracking

extension TrackingService {
    /// The attempts that an earlier server left unfinished, as of a position of the log.
    func unfinishedAttempts() async throws -> (holders: [LeaseWatch.UnfinishedAttempt], position: LogPosition) {
        let (ids, position) = try await sessions(in: [.running, .stopping])
        var holders: [LeaseWatch.UnfinishedAttempt] = []
        for id in ids {
            guard let attempt = try await sessions.state(of: id.stream).attempt else { continue }
            holders.append(.init(session: id, attempt: attempt.number, leaseSeconds: attempt.leaseSeconds))
        }
        return (holders, position)
    }

    /// The sessions that wait or train, as of a position of the log.
    func launcherStart() async throws -> Launcher.Start {
        try await waitWithoutLimit()
        return try readModels.read { snapshot in
            Launcher.Start(
                waiting: try snapshot.queue(), training: try snapshot.sessionIDs(in: [.running, .stopping]),
                position: snapshot.position)
        }
    }

    private func sessions(in statuses: Set<Session.Status>) async throws -> ([Session.ID], LogPosition) {
        try await waitWithoutLimit()
        return try readModels.read { (try $0.sessionIDs(in: statuses), $0.position) }
    }

    /// Waits until the read models show all that the log holds now, however long a rebuild takes.
    private func waitWithoutLimit() async throws {
        let head = store.head
        while await !readModels.waitUntilCaughtUp(to: head, within: .seconds(5)) { try Task.checkCancellation() }
    }
}
