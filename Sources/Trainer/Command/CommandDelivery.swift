import API
import JSON
import Processes
import SwiftProtobuf
import Tracking
import TrainingConfiguration

/// Reports what a supervised program writes, in its order: lines to the session's log, metric lines as metrics.
///
/// It belongs to one task. A report that the server refuses is noted in the log and is no reason to end a program.
struct CommandDelivery {
    /// Lines and bytes of text that are sent at a time.
    private static let lineCount = 5000
    private static let byteCount = 4 << 20
    private static let interval = Duration.milliseconds(100)
    /// The most refused reports that are noted in the log.
    private static let maximumRefusalCount = 20

    let service: any TrainingService
    let attempt: Int
    let replay: SessionReplay
    let telemetry: TelemetryReporter
    let queue: OutputQueue
    let stop: StopSignal
    /// The digest of the program; empty when it cannot be read.
    let program: String
    let readsMetrics: Bool
    let environment: WorkerEnvironment

    /// The metrics of the last epoch that was recorded.
    private(set) var lastMetrics: [MetricValue] = []
    private(set) var lastLines = LastLines()
    private var isStarted = false
    /// The attempt has ended by the program's own word: its metrics come too late.
    private var isOver = false
    private var firstStep: Int?
    private var lastStep = 0
    private var reportCount = 0
    private var refusalCount = 0
    private var toldFaults: Set<MetricLineFault.Kind> = []

    init(
        _ service: any TrainingService, attempt: Int, replay: SessionReplay, telemetry: TelemetryReporter,
        queue: OutputQueue, stop: StopSignal, program: String, readsMetrics: Bool, environment: WorkerEnvironment
    ) {
        self.service = service
        self.attempt = attempt
        self.replay = replay
        self.telemetry = telemetry
        self.queue = queue
        self.stop = stop
        self.program = program
        self.readsMetrics = readsMetrics
        self.environment = environment
    }

    /// Returns when the queue has ended and the server has everything.
    mutating func run() async throws(TrainerError) {
        while true {
            let isLast = queue.isFinished
            let lines = queue.take(lineCount: Self.lineCount, byteCount: Self.byteCount)
            for line in lines { try await take(line) }
            if !lines.isEmpty {
                try await telemetry.flush()
            } else if isLast {
                break
            } else {
                do {
                    try await environment.clock.sleep(for: Self.interval)
                } catch {
                    throw TrainerError(.cancelled, "The supervisor was cancelled.")
                }
            }
        }
        // Step metrics alone begin at a step too: earlier attempts' points from there on are superseded.
        if firstStep != nil { try await start(atEpoch: nil) }
    }

    private mutating func take(_ line: OutputLine) async throws(TrainerError) {
        var line = line
        var faults: [MetricLineFault] = []
        if readsMetrics, line.source == .standardOutput {
            let (metrics, found) = MetricLine.read(line.output)
            if let metrics {
                try await take(metrics, at: line.time)
                return tell(found)
            }
            faults = found
        }
        (line.text, line.omittedByteCount) = (line.output.logged, 0)
        lastLines.add(line)
        record(line)
        tell(faults)
    }

    /// Tells the first fault of each kind.
    private mutating func tell(_ faults: [MetricLineFault]) {
        for fault in faults where toldFaults.insert(fault.kind).inserted {
            warn(fault.message + " Further lines with this fault are not reported.")
        }
    }

    private mutating func take(_ line: MetricLine, at time: Timestamp) async throws(TrainerError) {
        switch line {
        case .step(let step, let metrics):
            firstStep = firstStep ?? step
            lastStep = max(lastStep, step)
            telemetry.record { buffer in
                for metric in metrics { buffer.add(metric.name, metric.value, step: step, at: time) }
            }
            if telemetry.isFull { try await telemetry.flush() }
        case .epoch(let epoch, let step, let metrics):
            guard !isOver else { return }
            try await start(atEpoch: epoch)
            lastStep = max(lastStep, step ?? 0)
            // What was written before the epoch's line comes before it in the log too.
            try await telemetry.flush()
            let report = TrainedEpoch(
                epoch: epoch, step: step ?? lastStep, metrics: metrics.sorted { $0.name < $1.name })
            reportCount += 1
            let command = "\(service.sessionID)/attempt-\(attempt)/line-\(reportCount)"
            let service = service
            let isTaken = try await reporting("Epoch \(epoch)") { () async throws(TrainerError) in
                try await service.report(report, command: command)
            }
            if isTaken { lastMetrics = report.metrics }
        }
    }

    /// Says where the attempt begins, once: at the first epoch that is reported.
    private mutating func start(atEpoch first: Int?) async throws(TrainerError) {
        guard !isStarted, !isOver else { return }
        isStarted = true
        let epoch = first ?? replay.lastEpoch + 1
        let resume = replay.resumePoints.first { $0.epoch == epoch - 1 }
        let before = epoch == 1 ? 0 : replay.epochs[epoch - 1]?.step ?? resume?.step ?? 0
        let started = AttemptStarted.with {
            $0.attempt = UInt32(attempt)
            $0.checkpointID = epoch > 1 ? resume?.checkpointID ?? "" : ""
            $0.firstEpoch = UInt32(epoch)
            $0.firstStep = UInt64(max(1, firstStep ?? before + 1))
            $0.binary = program
        }
        let (service, command) = (service, "\(service.sessionID)/attempt-\(attempt)/started")
        do throws(TrainerError) {
            _ = try await reporting("The start at epoch \(epoch)") { () async throws(TrainerError) in
                try await service.start(started, provenance: [:], command: command)
            }
        } catch {
            // The program has said itself where it begins.
            guard error.code == .notClaimable else { throw error }
        }
    }

    /// Makes a report; false when the server refuses it, which is noted in the log, or when the attempt has ended.
    private mutating func reporting(
        _ name: String, _ body: () async throws(TrainerError) -> Bool
    ) async throws(TrainerError) -> Bool {
        do throws(TrainerError) {
            stop.raise(if: try await body())
            return true
        } catch {
            switch error.code {
            case .refused:
                refusalCount += 1
                if refusalCount <= Self.maximumRefusalCount {
                    warn("\(name) was not recorded. \(error.message)")
                    if refusalCount == Self.maximumRefusalCount { warn("Further refused metrics are not reported.") }
                }
            case .staleAttempt:
                guard try await service.end(ofAttempt: attempt) != nil else { throw error }
                isOver = true
            default: throw error
            }
            return false
        }
    }

    private func warn(_ text: String) { record(OutputLine(.log, text, at: environment.now(), level: "warning")) }

    private func record(_ line: OutputLine) {
        telemetry.record {
            $0.add(
                .with {
                    $0.time = line.time.rawValue
                    $0.source = line.source.rawValue
                    $0.text = line.text
                    $0.level = line.level
                })
        }
    }
}
