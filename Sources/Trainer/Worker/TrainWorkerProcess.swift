import API
import Dispatch
import Foundation
import JSON
import Machine
import Processes
import Text
import Tracking
package import TrackingClient

/// The process of a trainer: its place among other processes, its signals, and what is recorded of it.
package struct TrainWorkerProcess: Sendable {
    /// The ways in which the process ends.
    package enum End: Sendable {
        /// The session was completed, or stopped with a checkpoint.
        case done
        /// The session failed, and knows it.
        case trainingFailed
        /// The trainer could not do its work, or the server refused it.
        case failed
        /// The server could not be reached for too long, or the process was cancelled.
        case unreachable
        /// The session cannot be claimed.
        case notClaimable
        /// Another attempt trains the session.
        case superseded
        /// The supervised program ended badly, and the session waits for what becomes of the attempt.
        case programFailed
    }

    private let sessionID: String
    private let configuration: ClientConfiguration
    private let leaseDuration: Duration
    private let version: String
    private let sessionFolder: String
    private let allowedCommands: [String]

    /// The process for one session. `leaseDuration` is how long the server waits for a silent trainer; `version` is the
    /// program's.
    ///
    /// A session of kind `command` may start `allowedCommands` only, and its program runs in `sessionFolder` unless the
    /// configuration names another folder.
    package init(
        sessionID: String, configuration: ClientConfiguration, leaseDuration: Duration, version: String,
        sessionFolder: String, allowedCommands: [String]
    ) {
        self.sessionFolder = sessionFolder
        self.allowedCommands = allowedCommands
        self.sessionID = sessionID
        self.configuration = configuration
        self.leaseDuration = leaseDuration
        self.version = version
    }

    /// Makes this process its own group, so that Ctrl-C in a terminal ends others and not a training, and lets others go
    /// before it by `niceness`.
    package static func settle(niceness: Int) {
        // Fails only for a process that leads a session already, which is as good.
        _ = setpgid(0, 0)
        if niceness != 0 { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(niceness)) }
    }

    /// Trains the session; SIGTERM saves and stops like a request to the server.
    package func run() async -> End {
        let stop = StopSignal()
        signal(SIGTERM, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        source.setEventHandler { stop.raise() }
        source.resume()
        defer { source.cancel() }
        do {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
                "pivot-trainer-\(ProcessInfo.processInfo.processIdentifier)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let status = await train(stop, folder: folder)
            try FileManager.default.removeItem(at: folder)
            return status
        } catch {
            Self.complain("The folder for the trainer's files cannot be used: \(FileFault.words(error)).")
            return .failed
        }
    }

    private func train(_ stop: StopSignal, folder: URL) async -> End {
        var configuration = configuration
        configuration.retries = .never
        let client = APIClient(configuration)
        let host = ProcessInfo.processInfo.hostName
        var claim = AttemptClaim()
        claim.host = host
        claim.processID = UInt32(ProcessInfo.processInfo.processIdentifier)
        claim.leaseSeconds = Int(max(1, leaseDuration.components.seconds))
        let service = HTTPTrainingService(
            client, sessionID: sessionID, claim: claim, patience: Patience(), folder: folder)
        let environment = WorkerEnvironment(
            host: host, binary: Self.binary(version: version),
            provenance: Self.provenance(host: host, version: version),
            gpus: GPUMonitor(library: ProcessInfo.processInfo.environment[GPUMonitor.libraryVariable]),
            now: { Timestamp(secondsSince1970: Date().timeIntervalSince1970) }, warn: Self.complain)
        let status: End
        do throws(TrainerError) {
            status = try await TrainWorker(
                service, stop: stop, environment: environment, place: place(folder: folder)
            ).run().processEnd
        } catch {
            status = end(error)
        }
        do throws(ClientError) {
            try await client.shutDown()
        } catch {
            Self.complain(error.message)
        }
        return status
    }

    private func place(folder: URL) -> CommandPlace {
        let variables = ProcessInfo.processInfo.environment
        let current = FileManager.default.currentDirectoryPath
        var place = CommandPlace(
            serverURL: configuration.address.text, processID: ProcessInfo.processInfo.processIdentifier,
            environment: variables, projectFolder: current,
            sessionFolder: sessionFolder.hasPrefix("/") ? sessionFolder : current + "/" + sessionFolder,
            temporaryFolder: folder.path,
            allowed: AllowedCommands(allowedCommands, searchPath: variables["PATH"] ?? ""))
        Descendants.adoptOrphans()
        place.adoptsOrphans = true
        return place
    }

    private func end(_ error: TrainerError) -> End {
        Self.complain(error.message)
        switch error.code {
        case .plannedCrash:
            kill(getpid(), SIGKILL)
            return .failed
        case .notClaimable: return .notClaimable
        case .staleAttempt: return .superseded
        case .programFailed: return .programFailed
        case .unreachable, .cancelled: return .unreachable
        case .refused, .configuration, .data, .checkpoint, .engine, .notReproducible, .plannedFailure:
            return .failed
        }
    }

    /// One line on standard error, where the launcher looks for the reason of an end.
    package static func complain(_ message: String) {
        FileHandle.standardError.write(Data((message + "\n").utf8))
    }

    /// The digest of the running program; its version when it cannot be read.
    private static func binary(version: String) -> String {
        let fallback = "pivot " + version
        return FileDigest.digest(of: "/proc/self/exe")?.description ?? fallback
    }

    private static func provenance(host: String, version: String) -> JSONObject {
        let process = ProcessInfo.processInfo
        return [
            "pivot_version": .string(version), "host": .string(host),
            "operating_system": .string(process.operatingSystemVersionString),
            "cpu_count": .integer(Int64(process.activeProcessorCount)), "cpu": .string(processorName),
            "memory_bytes": .integer(Int64(clamping: process.physicalMemory)),
        ]
    }

    private static var processorName: String {
        let text = FileManager.default.contents(atPath: "/proc/cpuinfo") ?? Data()
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where line.hasPrefix("model name") {
            return line.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
        }
        return "unknown"
    }
}

extension TrainerOutcome {
    /// The end of the process after this outcome.
    package var processEnd: TrainWorkerProcess.End {
        switch self {
        case .completed, .stopped: .done
        case .failed: .trainingFailed
        }
    }
}
