import API
import JSON
import SwiftProtobuf
import TensorEngine
import Text
import Tracking
import TrackingClient
package import TrainingConfiguration

/// Trains one claimed session to an end: replays its past, loads its checkpoint, and performs the course's actions.
///
/// It belongs to one thread of control. Command ids are made of session, attempt and what is reported, so that whatever is
/// sent twice counts once.
package struct TrainingLoop {
    /// Makes the trainee of a configuration for an attempt.
    package typealias MakeTrainee = @Sendable (TrainingConfiguration, Int) throws(TrainerError) -> any Trainee

    private let service: any TrainingService
    private let attempt: Int
    private let telemetry: TelemetryReporter
    private let stop: StopSignal
    private let ending: StopSignal
    private let environment: WorkerEnvironment
    private let makeTrainee: MakeTrainee
    private let replay: SessionReplay

    /// The loop of a claimed attempt. It raises `ending` before it sends the attempt's end.
    package init(
        _ service: any TrainingService, attempt: Int, replay: SessionReplay, telemetry: TelemetryReporter,
        stop: StopSignal, ending: StopSignal, environment: WorkerEnvironment, makeTrainee: @escaping MakeTrainee
    ) {
        self.service = service
        self.attempt = attempt
        self.replay = replay
        self.telemetry = telemetry
        self.stop = stop
        self.ending = ending
        self.environment = environment
        self.makeTrainee = makeTrainee
    }

    /// Returns how the attempt ended, once the server knows it.
    /// - Throws: what the server is not told: `.staleAttempt`, `.unreachable`, `.plannedCrash`, `.cancelled`.
    package func run() async throws(TrainerError) -> TrainerOutcome {
        do throws(TrainerError) {
            let prepared = try await prepare()
            return try await train(prepared.trainee, prepared.course)
        } catch {
            guard error.isReported else { throw error }
            log(error.message, level: "error")
            try await telemetry.flush()
            ending.raise()
            // Epoch and step are left to the server: it knows what was completed.
            try await service.finish(
                .failed(message: error.message), epoch: nil, step: nil, command: command("finish"))
            return .failed(message: error.message)
        }
    }

    // MARK: Beginning

    private func prepare() async throws(TrainerError) -> (trainee: any Trainee, course: TrainingCourse) {
        stop.raise(if: replay.isStopRequested)
        let configuration = try configuration()
        // Crashes that a configuration plans are interruptions, and a reproduction is made without them.
        let trainee = try makeTrainee(configuration, replay.reproduction == nil ? attempt : .max)
        let plan = try TrainingPlan(
            configuration, batchesPerEpoch: trainee.batchesPerEpoch,
            lastEpoch: (replay.reproduction?.throughEpoch).map { Int($0) })
        let (point, checkpoint) = try await checkpoint()
        var progress = TrainerProgress(seed: plan.seed)
        if let point, let checkpoint {
            try trainee.restore(checkpoint.trainingState)
            progress = continued(checkpoint, from: point, plan)
        }
        let course = try TrainingCourse(
            plan, progress: progress, shelf: replay.shelf, lastMetrics: replay.epochs[progress.epoch]?.metrics ?? [])
        try await start(trainee, course, from: point)
        return (trainee, course)
    }

    private func configuration() throws(TrainerError) -> TrainingConfiguration {
        do throws(ConfigurationError) {
            return try TrainingConfiguration(
                resolving: ConfigurationSource(json: Array(replay.configuration.utf8)), isRecorded: true)
        } catch {
            throw TrainerError(.configuration, "The session's configuration cannot be used here: \(error)")
        }
    }

    /// The newest checkpoint that can be read; damaged ones are passed over.
    private func checkpoint() async throws(TrainerError) -> (ResumePoint?, TrainerCheckpoint?) {
        var failure: TrainerError?
        for point in replay.resumePoints {
            do throws(TrainerError) {
                let bytes = try await service.download(point)
                do throws(TrainerCheckpointError) {
                    return (point, try TrainerCheckpoint(decoding: bytes))
                } catch {
                    throw TrainerError(.checkpoint, "Checkpoint \(point.checkpointID) cannot be used: \(error).")
                }
            } catch {
                guard error.code == .checkpoint || error.code == .refused else { throw error }
                log(error.message, level: "warning")
                failure = error
            }
        }
        // Beginning anew is right for a session of its own, and wrong for one that was to continue another's weights.
        if let failure, replay.parent != nil { throw failure }
        return (nil, nil)
    }

    private func continued(
        _ checkpoint: TrainerCheckpoint, from point: ResumePoint, _ plan: TrainingPlan
    ) -> TrainerProgress {
        var progress = checkpoint.progress
        if checkpoint.description["monitor"] != plan.checkpoints.monitor {
            // Values of another metric are no measure of this one.
            progress.bestMetric = nil
            progress.bestEpoch = nil
            progress.scheduleBest = nil
            progress.scheduleBadCount = 0
        }
        if checkpoint.description["stopping_monitor"] != plan.earlyStopping?.monitor {
            progress.stoppingBest = nil
            progress.stoppingBadCount = 0
        }
        if point.isParent, let stopping = plan.earlyStopping, progress.stoppingBadCount >= stopping.patience {
            // Who continues a training that ended early wants it to go on.
            progress.stoppingBadCount = 0
        }
        if !point.isParent, replay.parent == nil,
            replay.judgement(through: progress.epoch, plan: plan) != EpochJudgement(progress)
        {
            log("The checkpoint's best metric does not match the recorded epochs.", level: "warning")
        }
        return progress
    }

    private func start(
        _ trainee: any Trainee, _ course: TrainingCourse, from point: ResumePoint?
    ) async throws(TrainerError) {
        let facts = trainee.facts
        let started = AttemptStarted.with {
            $0.attempt = UInt32(attempt)
            $0.checkpointID = point?.checkpointID ?? ""
            $0.firstEpoch = UInt32(course.epoch)
            $0.firstStep = UInt64(course.progress.step + 1)
            $0.stepsPerEpoch = UInt64(course.plan.stepsPerEpoch)
            $0.binary = environment.binary
            $0.engine = facts.engine
            $0.instructionSet = facts.instructionSet
            $0.threads = UInt32(facts.threads)
            $0.dataDigest = facts.dataDigest
        }
        for warning in facts.warnings { log(warning, level: "warning") }
        if let last = replay.lastStart, point?.isParent == false {
            let changed = Self.changes(from: last, to: started)
            if !changed.isEmpty {
                log(
                    "This attempt may not be bit-identical to the one before: \(changed.joined(separator: ", ")).",
                    level: "warning")
            }
        }
        if let point {
            log("Continuing from \(point.checkpointID): epoch \(course.epoch), step \(course.progress.step + 1).")
        } else {
            log("Starting: \(course.plan.epochs) epochs of \(course.plan.stepsPerEpoch) steps.")
        }
        var provenance = environment.provenance
        for (name, fact) in facts.provenance { provenance[name] = fact }
        stop.raise(if: try await service.start(started, provenance: provenance, command: command("started")))
        try compareFacts(of: started)
    }

    private static func changes(from last: AttemptStarted, to next: AttemptStarted) -> [String] {
        FactDifference.between(last, next).map { "\($0.title) changed from \($0.original) to \($0.reproduced)" }
    }

    /// A reproduction under other circumstances says nothing about the original, unless it was asked for all the same.
    /// - Throws: `.notReproducible`, which names what is different.
    private func compareFacts(of started: AttemptStarted) throws(TrainerError) {
        guard let reproduction = replay.reproduction else { return }
        let differences = FactDifference.between(reproduction, started)
        guard !differences.isEmpty else { return }
        let text =
            "What \(reproduction.sessionID) was trained with is not the same here: "
            + differences.map { "\($0.title) was \($0.original) and is now \($0.reproduced)" }.joined(separator: "; ")
            + "."
        guard reproduction.allowDifferences else {
            throw TrainerError(
                .notReproducible, text + " Train it again under the same conditions, or allow differences.")
        }
        log(text, level: "warning")
    }

    // MARK: Training

    private func train(
        _ trainee: any Trainee, _ start: TrainingCourse
    ) async throws(TrainerError) -> TrainerOutcome {
        var course = start
        var stopwatch = Stopwatch(environment.clock)
        while true {
            if Task.isCancelled { throw TrainerError(.cancelled, "The trainer was cancelled.") }
            switch course.next(stopRequested: stop.isRaised) {
            case .train(let epoch, let index, let rate):
                try await step(trainee, &course, epoch: epoch, index: index, rate: rate)
            case .validate(let epoch):
                if let metrics = try trainee.validate(epoch: epoch, isInterrupted: { stop.isRaised }) {
                    course.didValidate(metrics, seconds: stopwatch.lap())
                    for line in trainee.logLines(epoch: epoch) { log(line) }
                    for warning in trainee.takeWarnings() { log(warning, level: "warning") }
                }
            case .report(let report):
                compare(report)
                try await telemetry.flush()
                stop.raise(if: try await service.report(report, command: command("epoch-\(report.epoch)")))
                course.didReport()
                log(Self.summary(report, of: course.plan.epochs))
                await saveOverlay(trainee, report)
            case .save(let save):
                let bytes = file(trainee, course).encoded()
                let name = "checkpoint-\(save.step)" + (save.isStop ? "-stop" : "")
                let saved = try await service.save(save, bytes: bytes, command: command(name))
                stop.raise(if: saved.stopRequested)
                course.didSave(save, id: saved.id)
            case .delete(let id):
                // One that the server keeps counts no more among those that the policy keeps.
                let kept = try await service.delete(
                    checkpointID: id, reason: course.plan.checkpoints.surplusReason)
                if let kept { log("Checkpoint \(id) stays: \(kept)") }
                course.didDelete(id: id)
            case .finish(let finish):
                return try await end(finish, course)
            }
        }
    }

    /// Saves the epoch's picture, if one is due. A picture that cannot be made or saved is no reason to end a training.
    private func saveOverlay(_ trainee: any Trainee, _ report: TrainedEpoch) async {
        do throws(TrainerError) {
            guard let bytes = try trainee.overlay(epoch: report.epoch) else { return }
            let number = String(report.epoch)
            let digits = String(repeating: "0", count: max(0, 4 - number.count)) + number
            try await service.save(
                TrainingArtifact(
                    path: "overlays/epoch-\(digits).png", contentType: "image/png", kind: "image", key: "overlay",
                    step: report.step, bytes: bytes))
        } catch {
            log("The picture of epoch \(report.epoch) was not saved: \(error.message)", level: "warning")
        }
    }

    private func step(
        _ trainee: any Trainee, _ course: inout TrainingCourse, epoch: Int, index: Int, rate: Double
    ) async throws(TrainerError) {
        let plan = course.plan
        let first = index * plan.batchesPerStep
        let result = try trainee.step(
            epoch: epoch, batches: first..<min(first + plan.batchesPerStep, plan.batchesPerEpoch), learningRate: rate)
        course.didTrain(result)
        let (progress, fraction, now) = (course.progress, course.epochFraction, environment.now())
        telemetry.record { buffer in
            if progress.step % plan.logEvery == 0 {
                buffer.add("train_loss", result.loss, step: progress.step, at: now)
                buffer.add("learning_rate", rate, step: progress.step, at: now)
                buffer.add("gradient_norm", result.gradientNorm, step: progress.step, at: now)
                for metric in result.metrics { buffer.add(metric.name, metric.value, step: progress.step, at: now) }
            }
            buffer.set(
                .with {
                    $0.attempt = UInt32(attempt)
                    $0.epoch = UInt32(epoch)
                    $0.step = UInt64(progress.step)
                    $0.epochFraction = fraction
                })
        }
        if telemetry.isFull { try await telemetry.flush() }
        try await pause(trainee.stepDuration)
    }

    /// Waits as long as a step is to take, in parts, so that a stop is seen meanwhile.
    private func pause(_ duration: Duration) async throws(TrainerError) {
        let part = Duration.milliseconds(50)
        var rest = duration
        while rest > .zero, !stop.isRaised {
            do {
                try await environment.clock.sleep(for: min(rest, part))
            } catch {
                throw TrainerError(.cancelled, "The trainer was cancelled.")
            }
            rest -= part
        }
    }

    private func end(
        _ finish: TrainingCourse.Finish, _ course: TrainingCourse
    ) async throws(TrainerError) -> TrainerOutcome {
        let (epoch, step) = (course.progress.epoch, course.progress.step)
        switch finish {
        case .completed(let metrics, let reason):
            log("Completed after \(epoch) epochs" + (reason.map { ": \($0)." } ?? "."))
            try await telemetry.flush()
            ending.raise()
            try await service.finish(
                .completed(finalMetrics: metrics, earlyStopReason: reason), epoch: epoch, step: step,
                command: command("finish"))
            return .completed
        case .stopped(let checkpoint):
            log("Stopped at step \(step); saved as \(checkpoint).")
            try await telemetry.flush()
            ending.raise()
            try await service.finish(
                .stopped(checkpointID: checkpoint, message: nil), epoch: epoch, step: step, command: command("finish"))
            return .stopped
        }
    }

    /// The checkpoint of this moment: a function of configuration, data, seed, threads, instruction set and step.
    private func file(_ trainee: any Trainee, _ course: TrainingCourse) -> TrainerCheckpoint {
        var description = trainee.description
        description["monitor"] = course.plan.checkpoints.monitor
        description["stopping_monitor"] = course.plan.earlyStopping?.monitor
        return TrainerCheckpoint(trainee.export(), progress: course.progress, description: description)
    }

    /// Says when an epoch that was trained before came out otherwise.
    private func compare(_ report: TrainedEpoch) {
        guard let earlier = replay.epochs[report.epoch] else { return }
        let names = report.differences(from: earlier.metrics)
        guard !names.isEmpty else { return }
        log(
            "Epoch \(report.epoch) was trained again and differs from what an earlier attempt recorded: "
                + "\(names.joined(separator: ", ")).", level: "warning")
    }

    private static func summary(_ report: TrainedEpoch, of epochs: Int) -> String {
        let names = ["train_loss", "val_loss", "val_dice", "val_froc", "epoch_seconds"]
        let parts = names.compactMap { name in
            report.metrics[name].map { "\(name) \(NumberText.metric($0))" }
        }
        return "Epoch \(report.epoch) of \(epochs): \(parts.joined(separator: ", "))"
    }

    private func command(_ name: String) -> String { "\(service.sessionID)/attempt-\(attempt)/\(name)" }

    private func log(_ text: String, level: String = "info") {
        if level != "info" { environment.warn(text) }
        let now = environment.now().rawValue
        telemetry.record {
            $0.add(
                .with {
                    $0.time = now
                    $0.source = "log"
                    $0.text = text
                    $0.level = level
                })
        }
    }
}
