import API
import Foundation
import JSON
import SwiftProtobuf
import Synchronization
import Tracking
import TrackingClient
import Trainer

/// A server in memory: it decides by the session's own rules, remembers command ids, and can vanish at any call.
final class RecordingService: TrainingService {
    /// When the connection breaks: at the nth lifecycle call, before the server sees it or after it has acted.
    struct Break: Equatable {
        var call: Int
        var isAfter: Bool
    }

    struct State {
        var session = SessionDecider.initialState
        var log: [(position: UInt64, event: SessionEvent)] = []
        var answers: [String: String] = [:]
        var blobs: [String: [UInt8]] = [:]
        var telemetry: [TelemetryEvent] = []
        var artifacts: [TrainingArtifact] = []
        /// Why checkpoints are kept that are to be deleted.
        var aliased: [String: String] = [:]
        /// Whether artifacts are refused.
        var refusesArtifacts = false
        var holder: SessionCommand.Holder?
        var callCount = 0
        var planned: Break?
        var isBroken = false
    }

    /// Its own in each process, since programs are told apart by it.
    let sessionID = "sess_test_\(ProcessInfo.processInfo.processIdentifier)"
    let state = Mutex(State())

    /// A server with a queued session of `configuration`, which is resolved JSON.
    init(
        configuration: String, epochs: Int, monitor: String = "val_loss", parent: ParentCheckpoint? = nil,
        reproduction: Reproduction? = nil
    ) {
        handle(
            .create(
                .with {
                    $0.name = "test"
                    $0.configuration = configuration
                    $0.trainerKind = "synthetic"
                    $0.plannedEpochs = UInt32(epochs)
                    $0.monitor = monitor
                    $0.maxRestarts = 1000
                    if let parent { $0.parentCheckpoint = parent }
                    if let reproduction { $0.reproduction = reproduction }
                }))
        handle(.requestStart)
    }

    /// What the session's events are.
    var events: [SessionEvent] { state.withLock { $0.log.map(\.event) } }
    var status: Session.Status? { state.withLock { $0.session.status } }
    var callCount: Int { state.withLock { $0.callCount } }

    /// Plans the connection's end, counted from now.
    func breakConnection(at planned: Break?) {
        state.withLock {
            $0.callCount = 0
            $0.planned = planned
            $0.isBroken = false
        }
    }

    /// Lets a command of somebody else happen.
    func handle(_ command: SessionCommand) {
        state.withLock { state in
            do throws(SessionRefusal) {
                try Self.append(SessionDecider.decide(command, given: state.session), to: &state)
            } catch {
                preconditionFailure("the test asks for what cannot be: \(error)")
            }
        }
    }

    /// Ends the attempt as the server does when its process is gone.
    func loseAttempt() {
        guard let attempt = state.withLock({ $0.session.attempt?.number }) else { return }
        handle(.loseAttempt(number: attempt, message: "killed"))
    }

    /// The checkpoints that exist, in the order they were saved, with their bytes' digests.
    var checkpoints: [CheckpointSaved] {
        let deleted = Set(
            events.compactMap { if case .checkpointDeleted(let event) = $0 { event.checkpointID } else { nil } })
        return events.compactMap { event in
            guard case .checkpointSaved(let saved) = event, !deleted.contains(saved.checkpointID) else { return nil }
            return saved
        }
    }

    // MARK: Calls

    func claim() async throws(TrainerError) -> AttemptLease {
        try call { state throws(TrainerError) in
            try Self.decide(
                .claimAttempt(
                    .with {
                        $0.leaseSeconds = 30
                        $0.tokenDigest = "token"
                    }), &state)
            let number = state.session.attemptCount
            state.holder = .init(attempt: number, tokenDigest: "token")
            return AttemptLease(attempt: Int(number), duration: .seconds(30))
        }
    }

    func events() async throws(TrainerError) -> [(position: UInt64, event: SessionEvent)] {
        try call { state throws(TrainerError) in state.log }
    }

    func download(_ point: ResumePoint) async throws(TrainerError) -> [UInt8] {
        try call { state throws(TrainerError) in
            guard let bytes = state.blobs[point.digest], Digest(hashing: bytes).description == point.digest else {
                throw TrainerError(.checkpoint, "the bytes of \(point.checkpointID) are damaged")
            }
            return bytes
        }
    }

    func start(_ start: AttemptStarted, provenance: JSONObject, command: String) async throws(TrainerError) -> Bool {
        try write(command) { state, holder in .startAttempt(start, facts: [], holder) }
    }

    func record(_ provenance: JSONObject, command: String) async throws(TrainerError) {
        try call { state throws(TrainerError) in
            try Self.decide(
                .recordProvenance(
                    .with { message in
                        message.facts = provenance.map { name, value in
                            .with {
                                $0.name = name
                                $0.text = value.stringValue ?? "\(value)"
                            }
                        }
                    }), &state)
        }
    }

    func report(_ report: TrainedEpoch, command: String) async throws(TrainerError) -> Bool {
        try write(command) { state, holder in
            .completeEpoch(
                .with {
                    $0.attempt = holder.attempt
                    $0.epoch = UInt32(report.epoch)
                    $0.step = UInt64(report.step)
                    $0.metrics = report.metrics.map { metric in
                        .with {
                            $0.name = metric.name
                            $0.value = metric.value
                        }
                    }
                }, holder)
        }
    }

    func save(
        _ save: TrainingCourse.Save, bytes: [UInt8], command: String
    ) async throws(TrainerError) -> (id: String, stopRequested: Bool) {
        let digest = Digest(hashing: bytes).description
        guard let session = Session.ID(sessionID) else { throw TrainerError(.refused, "no session") }
        let id = CommandID(command).map { Checkpoint.ID(createdBy: $0, in: session).text } ?? ""
        let isStopping = try write(command) { state, holder in
            state.blobs[digest] = bytes
            return .saveCheckpoint(
                .with {
                    $0.checkpointID = id
                    $0.attempt = holder.attempt
                    $0.epoch = UInt32(save.epoch)
                    $0.step = UInt64(save.step)
                    $0.digest = digest
                    $0.byteCount = UInt64(bytes.count)
                    $0.marks = save.isStop ? [.stop] : []
                    $0.metrics = save.metrics.map { metric in
                        .with {
                            $0.name = metric.name
                            $0.value = metric.value
                        }
                    }
                }, holder)
        }
        return (id, isStopping)
    }

    func artifact(_ path: String, of session: String, digest: String) async throws(TrainerError) -> [UInt8] {
        guard let artifact = state.withLock({ $0.artifacts.last { $0.path == path } }) else {
            throw TrainerError(.notReproducible, "no artifact \(path)")
        }
        return artifact.bytes
    }

    func save(_ artifact: TrainingArtifact) async throws(TrainerError) {
        try state.withLock { state throws(TrainerError) in
            if state.isBroken { throw Self.vanished }
            if state.refusesArtifacts { throw TrainerError(.refused, "no room") }
            state.artifacts.append(artifact)
        }
    }

    func delete(checkpointID: String, reason: String) async throws(TrainerError) -> String? {
        try call { state throws(TrainerError) in
            if let kept = state.aliased[checkpointID] { return kept }
            guard let id = Checkpoint.ID(checkpointID), state.session.checkpoints[checkpointID] != nil else {
                return nil
            }
            try Self.decide(.deleteCheckpoint(id, reason: reason), &state)
            return nil
        }
    }

    func send(_ event: TelemetryEvent, command: String) async throws(TrainerError) -> Bool {
        try state.withLock { state throws(TrainerError) in
            if state.isBroken { throw Self.vanished }
            state.telemetry.append(event)
            return Self.isStopping(state)
        }
    }

    func renew() async throws(TrainerError) -> Bool { state.withLock { Self.isStopping($0) } }

    func finish(
        _ outcome: AttemptOutcome, epoch: Int?, step: Int?, command: String
    ) async throws(TrainerError) {
        _ = try write(command) { state, holder in
            switch outcome {
            case .completed(let metrics, let reason):
                .finish(
                    .completed(
                        finalMetrics: metrics.map { metric in
                            .with {
                                $0.name = metric.name
                                $0.value = metric.value
                            }
                        }, earlyStopReason: reason ?? ""), holder)
            case .stopped(let checkpoint, let message):
                .finish(
                    .stopped(step: UInt64(step ?? 0), checkpoint: checkpoint ?? "", message: message ?? ""), holder)
            case .failed(let message): .finish(.failed(message: message), holder)
            }
        }
    }

    func waitForStopRequest(after position: UInt64) async throws(TrainerError) -> Bool { false }

    // MARK: The server's side

    private static let vanished = TrainerError(.unreachable, "the server is gone")

    private static func isStopping(_ state: State) -> Bool {
        if case .stopping = state.session.lifecycle { true } else { false }
    }

    private func call<Result>(
        _ body: (inout sending State) throws(TrainerError) -> sending Result
    ) throws(TrainerError) -> sending Result {
        try state.withLock { state throws(TrainerError) in
            state.callCount += 1
            if let planned = state.planned, planned.call == state.callCount {
                state.isBroken = true
                if planned.isAfter { _ = try body(&state) }
            }
            if state.isBroken { throw Self.vanished }
            return try body(&state)
        }
    }

    private func write(
        _ command: String, _ make: (inout State, SessionCommand.Holder) -> SessionCommand
    ) throws(TrainerError) -> Bool {
        try call { state throws(TrainerError) in
            guard let holder = state.holder else { throw TrainerError(.refused, "nothing was claimed") }
            let wanted = make(&state, holder)
            guard state.answers[command] == nil else { throw TrainerError(.refused, "\(command) came twice") }
            try Self.decide(wanted, &state)
            state.answers[command] = "done"
            return Self.isStopping(state)
        }
    }

    private static func decide(_ command: SessionCommand, _ state: inout State) throws(TrainerError) {
        let events: [SessionEvent]
        do throws(SessionRefusal) {
            events = try SessionDecider.decide(command, given: state.session)
        } catch {
            if case .staleAttempt = error { throw TrainerError(.staleAttempt, error.description) }
            throw TrainerError(.refused, error.description)
        }
        append(events, to: &state)
    }

    private static func append(_ events: [SessionEvent], to state: inout State) {
        for event in events {
            SessionDecider.evolve(&state.session, with: event)
            state.log.append((UInt64(state.log.count + 1), event))
        }
    }
}
