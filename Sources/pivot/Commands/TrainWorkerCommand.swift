package import ArgumentParser
import Foundation
import Tracking
import TrackingClient
import Trainer

/// `pivot train-worker`
package struct TrainWorkerCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "train-worker", abstract: "Train one session; the server runs this automatically.",
        discussion: """
            Claims the session, continues from its newest checkpoint, trains and reports. SIGTERM saves a checkpoint \
            and stops. A trainer may run on a different machine from its server.

            Exit status:
            \(CommandStatus.table([
                .done, .failed, .usage, .unreachable, .trainingFailed, .notClaimable, .superseded, .programFailed,
            ]))

            Examples:
              pivot train-worker sess_7h2kq9d4 --url http://server:8000
            """, shouldDisplay: false)

    @Argument(help: "The session to train.")
    var session: String

    @OptionGroup var server: ServerOptions

    @Option(name: .customLong("nice"), help: "How much to yield to other processes, 0 to 19.")
    var niceness = 0

    @Option(
        name: .customLong("lease-seconds"),
        help: "How many seconds the server waits for a trainer that does not respond.")
    var leaseSeconds = 30

    @Option(
        help: ArgumentHelp(
            "Where the program of a session of kind command runs; by default pivot-trainers/SESSION.",
            valueName: "folder"))
    var folder: String?

    @Option(
        name: .customLong("allow-command"),
        help: ArgumentHelp(
            "A program that a session of kind command may start here. May be repeated.", valueName: "program"))
    var allowedCommands: [String] = []

    package init() {}

    package func validate() throws {
        try NumberOption.check("--nice", niceness, 0...19)
        try NumberOption.check("--lease-seconds", leaseSeconds, 1...3600)
    }

    package func run() async throws {
        TrainWorkerProcess.settle(niceness: niceness)
        let client = try ClientConfiguration(address: server.url, environment: ProcessInfo.processInfo.environment)
        let process = TrainWorkerProcess(
            sessionID: session, configuration: client, leaseDuration: .seconds(leaseSeconds),
            version: PIVOTVersion.current, sessionFolder: folder ?? "pivot-trainers/\(session)",
            allowedCommands: allowedCommands)
        let status = CommandStatus(await process.run())
        if status != .done { throw ExitCode(status.rawValue) }
    }
}

extension CommandStatus {
    fileprivate init(_ end: TrainWorkerProcess.End) {
        self =
            switch end {
            case .done: .done
            case .failed: .failed
            case .trainingFailed: .trainingFailed
            case .unreachable: .unreachable
            case .notClaimable: .notClaimable
            case .superseded: .superseded
            case .programFailed: .programFailed
            }
    }
}
