import ReadModels
import SwiftProtobuf
import TestSupport
import Tracking

/// The documents of a script's events, and short ways to ask for them.
struct Documents {
    static let session = Session.ID("sess_a")!

    let models: ReadModels
    private let folder: TemporaryDirectory

    init(_ events: [RecordedEvent]) throws {
        folder = try TemporaryDirectory(isInMemory: true)
        models = try ReadModels(folder: folder.path)
        try models.apply(events)
    }

    init(_ script: EventScript) throws { try self.init(script.events) }

    func session(_ id: Session.ID = session) throws -> SessionDocument {
        guard let session = try models.read({ try $0.session(id) }) else { throw Missing() }
        return session
    }

    /// The latest value of each of the session's metrics.
    func latestMetrics() throws -> [String: Double] {
        let session = try session()
        return try models.read { snapshot in
            Dictionary(
                uniqueKeysWithValues: try snapshot.metricSummaries(of: session).compactMap { summary in
                    summary.latest.map { (summary.name, $0.value) }
                })
        }
    }

    struct Missing: Error {}
}

extension EventScript {
    /// A session with its first attempt running from epoch 1 on.
    static func running(monitor: String = "val_loss", maximum: Bool = false) throws -> EventScript {
        var script = EventScript()
        try script.append(
            .created(
                .with {
                    $0.name = "first"
                    $0.plannedEpochs = 5
                    $0.monitor = monitor
                    $0.monitorMaximum = maximum
                }))
        try script.append(.startRequested(StartRequested()))
        try script.startAttempt(1, epoch: 1, step: 1)
        return script
    }

    mutating func startAttempt(_ number: UInt32, epoch: UInt32, step: UInt64) throws {
        try append(
            .attemptClaimed(
                .with {
                    $0.attempt = number
                    $0.host = "node"
                }))
        try append(
            .attemptStarted(
                .with {
                    $0.attempt = number
                    $0.firstEpoch = epoch
                    $0.firstStep = step
                }))
    }

    mutating func complete(epoch: UInt32, attempt: UInt32 = 1, _ metrics: [Metric] = []) throws {
        try append(
            .epochCompleted(
                .with {
                    $0.attempt = attempt
                    $0.epoch = epoch
                    $0.step = UInt64(epoch) * 10
                    $0.metrics = metrics
                }))
    }

    mutating func save(
        _ id: String, attempt: UInt32 = 1, epoch: UInt32, digest: String = "", marks: [CheckpointMark] = [],
        _ metrics: [Metric] = []
    ) throws {
        try append(
            .checkpointSaved(
                .with {
                    $0.checkpointID = id
                    $0.attempt = attempt
                    $0.epoch = epoch
                    $0.digest = digest
                    $0.marks = marks
                    $0.metrics = metrics
                }))
    }

    mutating func report(
        attempt: UInt32 = 1, _ name: String = "loss", steps: [Int64], values: [Double], times: [Int64] = []
    ) throws {
        try append(
            .metricsReported(
                .with {
                    $0.attempt = attempt
                    $0.series = [.points(name, steps: steps, values: values, times: times)]
                }))
    }
}
