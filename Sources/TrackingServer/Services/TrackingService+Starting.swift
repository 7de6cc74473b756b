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
        try await readWithoutLimit { snapshot in
            Launcher.Start(
                waiting: try snapshot.queue(), training: try snapshot.sessionIDs(in: [.running, .stopping]),
                position: snapshot.position)
        }
    }

    /// The reproductions that have ended without a verdict, as of a position of the log.
    func unreportedReproductions() async throws -> (sessions: [Session.ID], position: LogPosition) {
        try await readWithoutLimit { (try $0.unreportedReproductions(), $0.position) }
    }

    private func sessions(in statuses: Set<Session.Status>) async throws -> ([Session.ID], LogPosition) {
        try await readWithoutLimit { (try $0.sessionIDs(in: statuses), $0.position) }
    }

    /// Reads once the read models show all that the log holds now, however long a rebuild takes.
    private func readWithoutLimit<Result>(
        _ read: (borrowing ReadModelSnapshot) throws -> Result
    ) async throws -> Result {
        let head = store.head
        while true {
            do {
                if await readModels.waitUntilCaughtUp(to: head, within: .seconds(5)) {
                    return try readModels.read(read)
                }
                try Task.checkCancellation()
            } catch let error as ReadModelError where error.code == .building {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}
