package import JSON
package import Tracking
package import TrackingClient

/// The requests of a trainer to the server, for one session. A double stands in for the server in tests.
///
/// A call returns when the server has answered, however long that takes within the conformer's patience; a call with a
/// command id counts once, however often it is sent. Calls that answer a `Bool` say whether a stop was requested.
package protocol TrainingService: Sendable {
    /// The session.
    var sessionID: String { get }

    /// Claims the session; every later call is made on behalf of the attempt. Throws `.notClaimable`.
    func claim() async throws(TrainerError) -> AttemptLease

    /// The session's lifecycle from its beginning, in order.
    func events() async throws(TrainerError) -> [(position: UInt64, event: SessionEvent)]

    /// The bytes of a checkpoint, whose digest was compared.
    func download(_ point: ResumePoint) async throws(TrainerError) -> [UInt8]

    /// Says where training begins.
    func start(_ start: AttemptStarted, provenance: JSONObject, command: String) async throws(TrainerError) -> Bool

    /// Records facts about the attempt; returns once they are on disk.
    func record(_ provenance: JSONObject, command: String) async throws(TrainerError)

    /// Reports a completed epoch; returns once it is on disk.
    func report(_ report: TrainedEpoch, command: String) async throws(TrainerError) -> Bool

    /// Saves a checkpoint; returns its id once it is on disk.
    func save(
        _ save: TrainingCourse.Save, bytes: [UInt8], command: String
    ) async throws(TrainerError) -> (id: String, stopRequested: Bool)

    /// Saves an artifact; the same bytes again change nothing. Sent once, without patience: no training waits for it.
    func save(_ artifact: TrainingArtifact) async throws(TrainerError)

    /// The bytes of a session's artifact. Throws `.notReproducible` when its current version has another digest, or none.
    func artifact(_ path: String, of session: String, digest: String) async throws(TrainerError) -> [UInt8]

    /// Deletes a checkpoint, for a reason of at most 255 bytes that its event keeps; one that is gone is no error. Nil when it
    /// is, and the server's reason when it keeps it, since an alias of a model points at it.
    func delete(checkpointID: String, reason: String) async throws(TrainerError) -> String?

    /// Reports measurements.
    func send(_ event: TelemetryEvent, command: String) async throws(TrainerError) -> Bool

    /// Renews the lease.
    func renew() async throws(TrainerError) -> Bool

    /// Ends the attempt; `epoch` is the number of epochs completed, nil when the server is to say it.
    func finish(
        _ outcome: AttemptOutcome, epoch: Int?, step: Int?, command: String
    ) async throws(TrainerError)

    /// Returns when a stop was requested after `position`, or when the session's feed has ended.
    func waitForStopRequest(after position: UInt64) async throws(TrainerError) -> Bool
}

extension TrainingService {
    /// The end of an attempt by its own word; nil when it has not ended, or was lost.
    func end(ofAttempt attempt: Int) async throws(TrainerError) -> TrainerOutcome? {
        var outcome: TrainerOutcome?
        for (_, event) in try await events() {
            switch event {
            case .completed(let completed) where completed.attempt == UInt32(attempt): outcome = .completed
            case .stopped(let stopped) where stopped.attempt == UInt32(attempt): outcome = .stopped
            case .failed(let failed) where failed.attempt == UInt32(attempt): outcome = .failed(message: failed.message)
            case .attemptLost(let lost) where lost.attempt == UInt32(attempt): return nil
            default: break
            }
        }
        return outcome
    }
}
