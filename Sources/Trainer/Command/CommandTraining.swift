import API
import Foundation
import JSON
import Processes
import SwiftProtobuf
import Text
import Tracking
import TrackingClient
package import TrainingConfiguration

/// Supervises the program that trains one claimed session, from its start to the end of all its processes.
///
/// It keeps the program to what the server allows, makes its output the session's log, obeys stops and time limits, and
/// ends what the program has not ended itself. No process of the program outlives the attempt. When the supervisor itself is
/// killed, the kernel kills the program, and whoever finds the session next kills what it has left, but for processes that
/// have cleared their environment on a system that gives the program no control group (see `ProcessMark`).
package struct CommandTraining: Sendable {
    private static let interval = Duration.milliseconds(50)
    /// The number of times that the delivery of a program's spool is tried while the server is there.
    private static let deliveryCount = 3
    private static let reapingInterval = Duration.seconds(5)

    private let service: any TrainingService
    private let settings: CommandSettings
    private let lease: AttemptLease
    private let replay: SessionReplay
    private let telemetry: TelemetryReporter
    private let stop: StopSignal
    private let ending: StopSignal
    private let environment: WorkerEnvironment
    private let place: CommandPlace

    /// The supervision of a claimed attempt. It raises `ending` before it sends the attempt's end.
    package init(
        _ service: any TrainingService, settings: CommandSettings, lease: AttemptLease, replay: SessionReplay,
        telemetry: TelemetryReporter, stop: StopSignal, ending: StopSignal, environment: WorkerEnvironment,
        place: CommandPlace
    ) {
        self.service = service
        self.settings = settings
        self.lease = lease
        self.replay = replay
        self.telemetry = telemetry
        self.stop = stop
        self.ending = ending
        self.environment = environment
        self.place = place
    }

    /// Returns how the attempt ended, once the server knows it.
    /// - Throws: what the server is not told: `.programFailed`, `.staleAttempt`, `.unreachable`, `.cancelled`.
    package func run() async throws(TrainerError) -> TrainerOutcome {
        do throws(TrainerError) {
            stop.raise(if: replay.isStopRequested)
            let tree = try await workTree()
            let result: Result<TrainerOutcome, TrainerError>
            do throws(TrainerError) {
                result = .success(try await supervise(try await prepare(tree)))
            } catch {
                result = .failure(error)
            }
            await tree?.remove()
            return try result.get()
        } catch {
            guard error.isReported else { throw error }
            note(error.message, level: "error")
            try await telemetry.flush()
            return try await finish(.failed(message: error.message), as: .failed(message: error.message))
        }
    }

    // MARK: Beginning

    private func prepare(_ tree: ReproducedWorkTree?) async throws(TrainerError) -> ProgramStart {
        let path: String
        do throws(AllowedCommands.Refusal) {
            path = try place.allowed.path(of: settings.command[0])
        } catch {
            throw TrainerError(.configuration, "The session's program was not started: \(error.description).")
        }
        try await compareProgram(path)
        // An earlier supervisor that was killed may have left some behind.
        let leftCount = ProcessMark(session: service.sessionID, notOf: place.processID).killAll()
        if leftCount > 0 { note("Killed \(leftCount) processes left by an earlier attempt.", level: "warning") }
        let folder = if let tree { tree.programFolder } else { try workingFolder() }
        let configuration = place.temporaryFolder + "/config.json"
        do {
            try Data(replay.configuration.utf8).write(to: URL(fileURLWithPath: configuration))
        } catch {
            throw TrainerError(
                .configuration, "The configuration cannot be written to \(configuration): \(FileFault.words(error)).")
        }
        return ProgramStart(
            path: path, arguments: [path] + settings.command.dropFirst().map { tree?.moved($0) ?? $0 },
            environment: CommandEnvironment.variables(
                settings, in: place, session: service.sessionID, lease: lease, configurationFile: configuration,
                resume: replay.resumePoints.first),
            folder: folder)
    }

    /// The recorded files of the session that this one does again; nil when it does none again, or when they are not known.
    private func workTree() async throws(TrainerError) -> ReproducedWorkTree? {
        guard let reproduction = replay.reproduction else { return nil }
        guard !reproduction.gitCommit.isEmpty, !reproduction.gitRepository.isEmpty else {
            note(
                "No commit was recorded with \(reproduction.sessionID); the program runs with the current files.",
                level: "warning")
            return nil
        }
        guard let git = GitProgram(place.environment) else {
            throw TrainerError(.notReproducible, "There is no git on this machine to restore the recorded commit.")
        }
        var diff: [UInt8]?
        if !reproduction.gitDiffDigest.isEmpty {
            diff = try await service.artifact(
                CommandProvenance.diffArtifact, of: reproduction.sessionID, digest: reproduction.gitDiffDigest)
        }
        _ = try sessionFolder()
        let tree = try await ReproducedWorkTree(reproduction, diff: diff, git: git, in: place.sessionFolder)
        note(
            "The program runs in a work tree of \(reproduction.gitRepository) at \(reproduction.gitCommit)"
                + (diff == nil ? "." : " with the recorded changes."))
        return tree
    }

    /// Another program says nothing about the original, unless it was asked for all the same.
    private func compareProgram(_ path: String) async throws(TrainerError) {
        guard let reproduction = replay.reproduction, !reproduction.binary.isEmpty,
            let digest = FileDigest.digest(of: path)?.description, digest != reproduction.binary
        else { return }
        let text =
            "The program \(path) is not the one that \(reproduction.sessionID) was trained with: it was "
            + "\(reproduction.binary) and is now \(digest)."
        guard reproduction.allowDifferences else {
            let started = AttemptStarted.with {
                $0.attempt = UInt32(lease.attempt)
                $0.firstEpoch = 1
                $0.firstStep = 1
                $0.binary = digest
            }
            _ = try await service.start(started, provenance: [:], command: command("started"))
            throw TrainerError(.notReproducible, text + " Restore it, or allow differences.")
        }
        note(text, level: "warning")
    }

    private func sessionFolder() throws(TrainerError) -> String {
        do {
            try FileManager.default.createDirectory(atPath: place.sessionFolder, withIntermediateDirectories: true)
        } catch {
            throw TrainerError(
                .configuration, "The folder \(place.sessionFolder) cannot be created: \(FileFault.words(error)).")
        }
        return place.sessionFolder
    }

    private func workingFolder() throws(TrainerError) -> String {
        let own = try sessionFolder()
        guard let named = settings.workingDirectory else { return own }
        let folder = named.hasPrefix("/") ? named : place.projectFolder + "/" + named
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw TrainerError(
                .configuration,
                "There is no folder \(folder) (trainer.working_directory). Create it, or choose another; relative paths "
                    + "start at \(place.projectFolder), where the server was started.")
        }
        return URL(fileURLWithPath: folder).standardizedFileURL.path
    }

    /// Returns the digest of the program; empty when it cannot be read.
    private func recordProvenance(_ start: ProgramStart) async throws(TrainerError) -> String {
        let provenance = await CommandProvenance(start, environment: place.environment)
        var facts = environment.provenance
        for (name, value) in provenance.facts { facts[name] = value }
        for warning in provenance.warnings { note(warning, level: "warning") }
        do throws(TrainerError) {
            try await service.record(facts, command: command("provenance"))
            if let diff = provenance.diff {
                try await service.save(
                    TrainingArtifact(
                        path: CommandProvenance.diffArtifact, contentType: "text/x-diff", kind: "file",
                        key: "provenance",
                        step: 0,
                        bytes: diff))
            }
        } catch {
            // What is known of a program is no condition of its training.
            guard error.code == .refused || error.code == .unreachable else { throw error }
            note("The program's provenance was not recorded: \(error.message)", level: "warning")
        }
        return provenance.facts["program_digest"]?.stringValue ?? ""
    }

    // MARK: Supervising

    private func supervise(_ start: ProgramStart) async throws(TrainerError) -> TrainerOutcome {
        let program = try await recordProvenance(start)
        let name = start.path.split(separator: "/").last.map(String.init) ?? start.path
        var course = CommandCourse(name: name, grace: settings.grace, timeout: settings.timeout)
        if stop.isRaised {
            for case .end(let end) in course.take(.stopRequested, at: .zero) {
                return try await conclude(end, metrics: [], lastLines: "")
            }
        }
        var start = start
        start.controlGroup = mark.makeControlGroup()
        defer { mark.killAll() }
        let child: ChildProcess
        do throws(ProcessError) {
            child = try await ChildProcess.start(start)
        } catch {
            throw TrainerError(.configuration, error.message)
        }
        note("Started \(CommandProvenance.commandLine(start.arguments)) in \(start.folder) as process \(child.id).")
        let queue = OutputQueue()
        OutputReader(
            standardOutput: child.standardOutput, standardError: child.standardError,
            readsMetrics: settings.metrics == .jsonLines, queue: queue, now: environment.now
        ).start()
        var delivery = CommandDelivery(
            service, attempt: lease.attempt, replay: replay, telemetry: telemetry, queue: queue, stop: stop,
            program: program,
            readsMetrics: settings.metrics == .jsonLines, environment: environment)
        var end = CommandCourse.End.abandoned
        var failure: TrainerError?
        let (result, error) = await withTaskGroup(of: CommandCourse.End.self) { [course] group in
            group.addTask { await control(child, queue, course) }
            var failure: TrainerError?
            do throws(TrainerError) {
                try await delivery.run()
            } catch {
                failure = error
                group.cancelAll()
            }
            let end = await group.next() ?? .abandoned
            return (end, failure)
        }
        (end, failure) = (result, error)
        if let failure { throw failure }
        if end != .abandoned { try await deliverSpool(of: start) }
        return try await conclude(end, metrics: delivery.lastMetrics, lastLines: delivery.lastLines.text)
    }

    /// Performs the course's actions until all processes have gone. A cancelled task kills them.
    private func control(_ child: ChildProcess, _ queue: OutputQueue, _ start: CommandCourse) async -> CommandCourse.End
    {
        var course = start
        var stopwatch = Stopwatch(environment.clock)
        var now = Duration.zero
        var inputs: [CommandCourse.Input] = [.started]
        var (isStopTold, isExitTold) = (false, false)
        var lastReaping = Duration.zero
        while true {
            now += .seconds(stopwatch.lap())
            if place.adoptsOrphans, now - lastReaping >= Self.reapingInterval {
                Descendants.reap(except: child.id)
                lastReaping = now
            }
            if Task.isCancelled { inputs.append(.abandoned) }
            if stop.isRaised, !isStopTold {
                isStopTold = true
                inputs.append(.stopRequested)
            }
            if let exit = child.exit {
                if !isExitTold { inputs.append(.exited(exit)) }
                isExitTold = true
                if queue.isFinished { inputs.append(.outputEnded) }
            }
            inputs.append(.timePassed)
            for input in inputs {
                for action in course.take(input, at: now) {
                    switch action {
                    case .terminate: child.signalGroup(SIGTERM)
                    case .kill: kill(child)
                    case .note(let text): queue.note(OutputLine(.log, text, at: environment.now(), level: "info"))
                    case .stopReading: queue.abandon()
                    case .end(let end): return end
                    }
                }
            }
            inputs = []
            do {
                try await environment.clock.sleep(for: Self.interval)
            } catch {
                kill(child)
                _ = await child.waitUntilExit()
                kill(child)
                queue.abandon()
                return .abandoned
            }
        }
    }

    private func kill(_ child: ChildProcess) {
        child.signalGroup(SIGKILL)
        mark.killAll()
        if place.adoptsOrphans { Descendants.killAll() }
    }

    private var mark: ProcessMark { ProcessMark(session: service.sessionID, supervisor: place.processID) }

    // MARK: Ending

    /// Waits until what the program had still to deliver is with the server, however long that is away.
    private func deliverSpool(of program: ProgramStart) async throws(TrainerError) {
        let spool = LeftSpool(of: service.sessionID, program)
        guard spool.isThere else { return }
        note("Delivering what the program had not sent when it ended.")
        for _ in 0..<Self.deliveryCount where spool.isThere {
            // Returns once the server has the line above, so it is there.
            try await telemetry.flush()
            guard let said = await spool.deliver() else { break }
            note("The delivery says: \(said)")
        }
        guard spool.isThere else { return }
        note(
            "What the program had not sent could not be delivered. Its metrics can be later, with: pivot sync",
            level: "warning")
    }

    private func conclude(
        _ end: CommandCourse.End, metrics: [MetricValue], lastLines: String
    ) async throws(TrainerError) -> TrainerOutcome {
        func said(_ message: String) -> String { lastLines.isEmpty ? message : message + ": " + lastLines }
        switch end {
        case .completed:
            return try await finish(.completed(finalMetrics: metrics, earlyStopReason: nil), as: .completed)
        case .stopped(let message):
            return try await finish(.stopped(checkpointID: nil, message: message), as: .stopped)
        case .failed(let message):
            return try await finish(.failed(message: said(message)), as: .failed(message: message))
        case .lost(let message):
            // What the program has said of its end holds, however it left.
            if let own = try await service.end(ofAttempt: lease.attempt) { return own }
            note(message + ".", level: "error")
            try await telemetry.flush()
            throw TrainerError(.programFailed, said(message))
        case .abandoned: throw TrainerError(.cancelled, "The supervisor was cancelled, and its program was killed.")
        }
    }

    /// Ends the attempt, unless the program has done so itself.
    private func finish(
        _ outcome: AttemptOutcome, as result: TrainerOutcome
    ) async throws(TrainerError) -> TrainerOutcome {
        try await telemetry.flush()
        ending.raise()
        do throws(TrainerError) {
            try await service.finish(outcome, epoch: nil, step: nil, command: command("finish"))
            return result
        } catch {
            guard error.code == .staleAttempt, let own = try await service.end(ofAttempt: lease.attempt) else {
                throw error
            }
            return own
        }
    }

    private func command(_ name: String) -> String { "\(service.sessionID)/attempt-\(lease.attempt)/\(name)" }

    private func note(_ text: String, level: String = "info") {
        let now = environment.now().rawValue
        telemetry.record {
            $0.add(
                .with {
                    $0.time = now
                    $0.source = OutputLine.Source.log.rawValue
                    $0.text = text
                    $0.level = level
                })
        }
    }
}
