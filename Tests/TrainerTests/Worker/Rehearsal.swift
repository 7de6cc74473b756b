import API
import Synchronization
import TensorEngine
import Tracking
import Trainer
import TrainingConfiguration

/// A trainee that does what another does, and lets something happen when a step has been made.
final class ObservedTrainee: Trainee {
    private let inner: any Trainee
    private let didStep: (_ epoch: Int, _ firstBatch: Int) throws(TrainerError) -> Void

    init(_ inner: any Trainee, didStep: @escaping (Int, Int) throws(TrainerError) -> Void) {
        self.inner = inner
        self.didStep = didStep
    }

    var batchesPerEpoch: Int { inner.batchesPerEpoch }
    var stepDuration: Duration { .zero }
    var facts: TraineeFacts { inner.facts }
    var description: [String: String] { inner.description }

    func step(epoch: Int, batches: Range<Int>, learningRate: Double) throws(TrainerError) -> StepResult {
        let result = try inner.step(epoch: epoch, batches: batches, learningRate: learningRate)
        try didStep(epoch, batches.lowerBound)
        return result
    }

    func validate(epoch: Int, isInterrupted: () -> Bool) throws(TrainerError) -> [MetricValue]? {
        try inner.validate(epoch: epoch, isInterrupted: isInterrupted)
    }

    func logLines(epoch: Int) -> [String] { inner.logLines(epoch: epoch) }
    func overlay(epoch: Int) throws(TrainerError) -> [UInt8]? { try inner.overlay(epoch: epoch) }
    func export() -> TrainingState { inner.export() }
    func restore(_ state: TrainingState) throws(TrainerError) { try inner.restore(state) }
}

/// Runs attempts of one session against a `RecordingService`, without a process, a network or a clock.
struct Rehearsal {
    let service: RecordingService

    /// A queued session of the configuration `yaml`, which may continue another session's checkpoint or do its training
    /// again.
    init(_ yaml: String, parent: ParentCheckpoint? = nil, reproduction: Reproduction? = nil) throws {
        let configuration = try TrainingConfiguration(resolving: ConfigurationSource(yaml: yaml))
        service = RecordingService(
            configuration: String(decoding: configuration.canonicalBytes, as: UTF8.self),
            epochs: configuration.plannedEpochs ?? 0, monitor: configuration.checkpoints.monitor,
            parent: parent, reproduction: reproduction)
    }

    /// One attempt from its claim to its end. `didStep` is called after each step with the number of steps made in this
    /// attempt, and may ask for a stop or end the attempt.
    @discardableResult
    func attempt(
        didStep: @escaping @Sendable (Int, StopSignal) throws(TrainerError) -> Void = { _, _ throws(TrainerError) in }
    ) async throws(TrainerError) -> TrainerOutcome {
        let stop = StopSignal()
        let lease = try await service.claim()
        let environment = WorkerEnvironment(host: "test", binary: "test", now: { Timestamp(rawValue: 0) })
        let telemetry = TelemetryReporter(service, attempt: lease.attempt, host: "test", stop: stop, warn: { _ in })
        let replay = SessionReplay(try await service.events())
        let loop = TrainingLoop(
            service, attempt: lease.attempt, replay: replay, telemetry: telemetry, stop: stop, ending: StopSignal(),
            environment: environment
        ) { configuration, attempt throws(TrainerError) in
            var count = 0
            return ObservedTrainee(try TraineeFactory.trainee(for: configuration, attempt: attempt)) {
                _, _ throws(TrainerError) in
                count += 1
                try didStep(count, stop)
            }
        }
        return try await loop.run()
    }

    /// The digest of the checkpoint of the most steps, of equal ones the one saved last.
    var finalDigest: String? {
        let checkpoints = service.checkpoints
        return checkpoints.last { $0.step == checkpoints.map(\.step).max() }?.digest
    }

    /// The epochs of the visible timeline, each with the count of its records.
    var visibleEpochs: [UInt32] {
        var epochs: [UInt32] = []
        for event in service.events {
            switch event {
            case .attemptStarted(let started): epochs.removeAll { $0 >= started.firstEpoch }
            case .epochCompleted(let epoch): epochs.append(epoch.epoch)
            default: break
            }
        }
        return epochs
    }
}
