import Processes
import Tracking
import TrainingConfiguration

/// Trains one session as a process of its own: claims it, keeps its lease, follows its feed, and trains.
package struct TrainWorker: Sendable {
    /// The time between two sendings of a training's progress; its points go with every second one.
    private static let progressInterval = Duration.milliseconds(500)
    private static let readingInterval = Duration.seconds(5)

    private let service: any TrainingService
    private let stop: StopSignal
    private let environment: WorkerEnvironment
    private let place: CommandPlace?
    private let makeTrainee: TrainingLoop.MakeTrainee

    /// A worker for one session. Without a `place` it supervises no programs.
    package init(
        _ service: any TrainingService, stop: StopSignal, environment: WorkerEnvironment, place: CommandPlace? = nil,
        makeTrainee: @escaping TrainingLoop.MakeTrainee = { configuration, attempt throws(TrainerError) in
            try TraineeFactory.trainee(for: configuration, attempt: attempt)
        }
    ) {
        self.service = service
        self.stop = stop
        self.environment = environment
        self.place = place
        self.makeTrainee = makeTrainee
    }

    /// Returns how the attempt ended, once the server knows it.
    /// - Throws: `.notClaimable`, `.staleAttempt`, `.unreachable`, `.plannedCrash`, `.programFailed` or `.cancelled`, or
    ///   `.refused` for what is asked before and beside the training; then the server was told nothing.
    package func run() async throws(TrainerError) -> TrainerOutcome {
        let lease = try await service.claim()
        let telemetry = TelemetryReporter(
            service, attempt: lease.attempt, host: environment.host, stop: stop, warn: environment.warn)
        let ending = StopSignal()
        let thread = TrainingThread()
        defer { thread.shutDown() }
        let result = await withTaskGroup(of: Result<TrainerOutcome?, TrainerError>.self) { group in
            group.addTask {
                await Self.result(unless: ending) { () async throws(TrainerError) in
                    try await keepLease(lease, ending)
                }
            }
            group.addTask {
                await Self.result(unless: ending) { () async throws(TrainerError) in
                    try await sendTelemetry(telemetry)
                }
            }
            group.addTask(executorPreference: thread) {
                do throws(TrainerError) {
                    let replay = SessionReplay(
                        try await service.events(), resumingFrom: lease.resumeCheckpointID)
                    return .success(try await train(lease, replay, telemetry, ending))
                } catch {
                    return .failure(error)
                }
            }
            // What fails first ends the rest.
            for await result in group {
                if case .success(nil) = result { continue }
                group.cancelAll()
                return result
            }
            return .success(nil)
        }
        guard let outcome = try result.get() else { throw TrainerError(.cancelled, "The trainer was cancelled.") }
        return outcome
    }

    private func train(
        _ lease: AttemptLease, _ replay: SessionReplay, _ telemetry: TelemetryReporter, _ ending: StopSignal
    ) async throws(TrainerError) -> TrainerOutcome {
        let training = training(lease, replay, telemetry, ending)
        let result = await withTaskGroup(of: Result<TrainerOutcome, TrainerError>?.self) { group in
            group.addTask {
                await self.followStops(after: replay.position)
                return nil
            }
            let result: Result<TrainerOutcome, TrainerError>
            do throws(TrainerError) {
                result = .success(try await training())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            return result
        }
        return try result.get()
    }

    /// The work that trains the session: a loop of this process, or the supervision of a program.
    private func training(
        _ lease: AttemptLease, _ replay: SessionReplay, _ telemetry: TelemetryReporter, _ ending: StopSignal
    ) -> @Sendable () async throws(TrainerError) -> TrainerOutcome {
        if let place, let settings = Self.commandSettings(of: replay) {
            let supervision = CommandTraining(
                service, settings: settings, lease: lease, replay: replay, telemetry: telemetry, stop: stop,
                ending: ending, environment: environment, place: place)
            return { () async throws(TrainerError) in try await supervision.run() }
        }
        let (service, stop, environment, makeTrainee) = (service, stop, environment, makeTrainee)
        return { () async throws(TrainerError) in
            try await TrainingLoop(
                service, attempt: lease.attempt, replay: replay, telemetry: telemetry, stop: stop, ending: ending,
                environment: environment, makeTrainee: makeTrainee
            ).run()
        }
    }

    /// The settings of a session of kind `command`; nil for others, and for what the loop will refuse.
    private static func commandSettings(of replay: SessionReplay) -> CommandSettings? {
        do throws(ConfigurationError) {
            let configuration = try TrainingConfiguration(
                resolving: ConfigurationSource(json: Array(replay.configuration.utf8)), isRecorded: true)
            guard case .command(let settings) = configuration.trainer else { return nil }
            return settings
        } catch {
            return nil
        }
    }

    /// Renews the lease at every third of it, also while a step, an upload or a validation takes long. Returns when a
    /// supervised program has ended the attempt itself.
    private func keepLease(_ lease: AttemptLease, _ ending: StopSignal) async throws(TrainerError) {
        while true {
            try await sleep(lease.duration / 3)
            do throws(TrainerError) {
                stop.raise(if: try await service.renew())
            } catch {
                guard error.code == .staleAttempt, try await service.end(ofAttempt: lease.attempt) != nil else {
                    throw error
                }
                return ending.raise()
            }
        }
    }

    private func sendTelemetry(_ telemetry: TelemetryReporter) async throws(TrainerError) {
        let (session, supervisor) = (service.sessionID, place?.processID)
        var sampler = HostSampler(gpus: environment.gpus) {
            supervisor.map { ProcessMark(session: session, supervisor: $0).processes() } ?? []
        }
        var sinceReading = Self.readingInterval
        var isEven = false
        while true {
            if sinceReading >= Self.readingInterval {
                let readings = sampler.readings(at: environment.now())
                telemetry.record { buffer in
                    for reading in readings { buffer.add(reading) }
                }
                sinceReading = .zero
            }
            try await sleep(Self.progressInterval)
            sinceReading += Self.progressInterval
            try await telemetry.flushProgress()
            isEven.toggle()
            if isEven { try await telemetry.flush() }
        }
    }

    /// Raises the signal when the session's feed tells of a stop. A feed that fails is no harm: every answer tells too.
    private func followStops(after position: UInt64) async {
        do throws(TrainerError) {
            stop.raise(if: try await service.waitForStopRequest(after: position))
        } catch {
            if error.code != .cancelled { environment.warn("The session's feed cannot be followed: \(error.message)") }
        }
    }

    private func sleep(_ duration: Duration) async throws(TrainerError) {
        do {
            try await environment.clock.sleep(for: duration)
        } catch {
            throw TrainerError(.cancelled, "The trainer was cancelled.")
        }
    }

    /// The result of `body`; after the attempt's end was sent, its failures mean nothing, since the lease is gone too.
    private static func result(
        unless ending: StopSignal, _ body: () async throws(TrainerError) -> Void
    ) async -> Result<TrainerOutcome?, TrainerError> {
        do throws(TrainerError) {
            try await body()
            return .success(nil)
        } catch {
            return ending.isRaised ? .success(nil) : .failure(error)
        }
    }
}
