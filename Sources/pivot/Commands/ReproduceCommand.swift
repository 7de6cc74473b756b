import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot reproduce`
package struct ReproduceCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "reproduce", abstract: "Train a past session again and report whether the result is the same.",
        discussion: """
            A new session repeats the original as it was recorded: its configuration, seed and data, from its start to \
            its last recorded epoch, without interruptions. The server compares the two: the metrics of every epoch, \
            every point by step, and every checkpoint by digest; measured times are left out. The verdict is recorded \
            in both sessions.

            If the program, the instruction set, the number of threads or the data differ from the original's, the \
            training is refused, unless --allow-differences is given. Ctrl-C detaches; the training continues.

            Exit status:
            \(CommandStatus.table([
                .done, .failed, .usage, .notFound, .unreachable, .withinTolerance, .different, .notReproducible,
                .inconclusive, .interrupted,
            ]))

            Examples:
              pivot reproduce sess_7h2kq9d4
              pivot reproduce sess_7h2kq9d4 --allow-differences --tolerance 1e-6
              pivot reproduce sess_7h2kq9d4 --detach --json
            """)

    @Argument(help: "The id of the session to train again.")
    var session: String
    @Flag(help: "Train even if the program, the machine or the data differ.")
    var allowDifferences = false
    @Option(
        help: ArgumentHelp(
            "How far values may differ, as a fraction of the larger one. (default: 0, or 1e-6 for kind command)",
            valueName: "share"))
    var tolerance: Double?
    @Flag(help: "Start the training and return immediately.")
    var detach = false
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print the verdict as JSON; the progress goes to standard error.")
    var json = false

    package init() {}

    package mutating func validate() throws {
        if let tolerance, !(0...1).contains(tolerance) {
            throw ValidationError("--tolerance must be from 0 to 1, not \(tolerance).")
        }
    }

    package mutating func run() async throws {
        let console = Console.standard
        try await server.withClient { client in
            session = try await client.sessionID(session)
            var request = ReproductionRequest()
            request.allowDifferences = allowDifferences
            request.tolerance = tolerance
            let started = try await client.reproduceSession(session, request)
            for warning in started.warnings { console.printError("warning: " + DisplayText.safe(warning)) }
            if detach {
                if json {
                    console.printJSON(started.json)
                } else {
                    console.print("Session \(started.id) trains \(session) again.")
                    console.print("Watch it with: \(ProgramName.typed) sessions follow \(started.id)")
                }
                return
            }
            let line = "Session \(started.id) trains \(session) again, through epoch \(started.totalEpochs)"
            if json { console.printError(line) } else { console.print(line) }
            let follower = TrainingFollower(
                client: client, sessionID: started.id, asJSON: json, position: started.position,
                leavesOnInterrupt: true)
            _ = try await follower.followToEnd()
            try show(try await verdict(on: started.id, client), console)
        }
    }

    /// Prints the verdict, and ends with its status.
    private func show(_ report: ReproductionVerdictInfo, _ console: Console) throws {
        if json {
            console.printJSON(report.json)
        } else {
            console.print("")
            for line in ReproductionPresentation(report).lines(style: console.dim) { console.print(line) }
        }
        guard let status = CommandStatus(verdict: report.verdict) else {
            throw CommandFailure(
                .failed, "The server's verdict is \"\(report.verdict)\", which this version does not know.")
        }
        if status != .done { throw ExitCode(status.rawValue) }
    }

    /// The verdict on the newest attempt of the session that has ended: the server finds it in the next moments.
    private func verdict(
        on session: String, _ client: APIClient
    ) async throws -> ReproductionVerdictInfo {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(60)
        while clock.now < deadline {
            let info = try await client.session(session)
            let report = info.reproductions.last {
                $0.reproductionSessionID == info.id && $0.attempt == info.attempt
            }
            if let report { return report }
            try await client.pause(.milliseconds(100))
        }
        throw CommandFailure(
            .inconclusive,
            "The training ended, but the server recorded no verdict within 60 s. See: \(ProgramName.typed) sessions show "
                + session)
    }
}
