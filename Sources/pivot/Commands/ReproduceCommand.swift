package import ArgumentParser
import JSON
import Tracking
import TrackingClient

/// `pivot reproduce`
package struct ReproduceCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "reproduce", abstract: "Train a past session again, and say whether it came out the same.",
        discussion: """
            A new session trains what the original recorded: its configuration, seed and data, from its own start to its \
            last recorded epoch, without its interruptions. The server compares both: the metrics of every epoch, every \
            point by its step, and every checkpoint by its digest; times that were measured are left out. The verdict is \
            recorded in both sessions.

            When the program, the instruction set, the threads or the data are not the original's, the training is \
            refused, unless differences are allowed. Ctrl-C leaves the training to itself.

            Exit status, instead of the general ones:
              0    bit-identical
              1    it failed
              2    the command line is wrong
              3    equal within the tolerance
              4    different
              5    refused: what the original was trained with is not the same, or not there
              6    it failed or was stopped before there was a verdict, or too little was recorded
              7    no server can be reached
              8    there is no such session
              130  interrupted by Ctrl-C

            Examples:
              pivot reproduce sess_7h2kq9d4
              pivot reproduce sess_7h2kq9d4 --allow-differences --tolerance 1e-6
              pivot reproduce sess_7h2kq9d4 --detach --json
            """)

    @Argument(help: "The id of the session to train again.")
    var session: String
    @Flag(help: "Train although the program, the machine or the data are not the same.")
    var allowDifferences = false
    @Option(
        help: ArgumentHelp(
            "How far values may differ, as a share of the greater one. (default: 0: only equal bits count)",
            valueName: "share"))
    var tolerance: Double?
    @Flag(help: "Start the training and return at once.")
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

    package func run() async throws {
        let console = Console.standard
        let failure: CommandFailure
        var status: ReproductionStatus?
        do {
            return try await server.withClient { client in try await reproduce(client, console) }
        } catch let error as CommandFailure {
            failure = error
        } catch let error as ClientError {
            failure = CommandFailure(error)
            if case .refused(_, "not_reproducible") = error.code { status = .refused }
        }
        console.complain(failure.message)
        throw ExitCode((status ?? ReproductionStatus(failure.status)).rawValue)
    }

    private func reproduce(_ client: APIClient, _ console: Console) async throws {
        let started = try await client.reproduceSession(
            session, allowDifferences: allowDifferences, tolerance: tolerance)
        for warning in started.json["warnings"]?.arrayValue ?? [] {
            if let text = warning.stringValue { console.printError("warning: " + DisplayText.safe(text)) }
        }
        if detach {
            if json {
                console.printJSON(started.json)
            } else {
                console.print("Session \(started.id) trains \(session) again.")
                console.print("Watch it with: pivot sessions follow \(started.id)")
            }
            return
        }
        let line = "Session \(started.id) trains \(session) again, through epoch \(started.totalEpochs)"
        if json { console.printError(line) } else { console.print(line) }
        let follower = TrainingFollower(
            client: client, sessionID: started.id, asJSON: json, position: started.position, leavesOnInterrupt: true)
        _ = try await follower.followToEnd()
        let (ended, verdict) = try await verdict(on: started.id, client)
        if json {
            console.printJSON(
                ended.json["reproductions"]?.arrayValue?.last {
                    $0["reproduction_session_id"]?.stringValue == started.id
                } ?? .null)
        } else {
            console.print("")
            for line in verdict.lines(style: console.dim) { console.print(line) }
        }
        guard let status = ReproductionStatus(verdict: verdict.verdict) else {
            throw CommandFailure(
                .failed, "The server's verdict is \"\(verdict.verdict)\", which this version does not know.")
        }
        if status != .identical { throw ExitCode(status.rawValue) }
    }

    /// The verdict on the session that has ended: the server finds it in the next moments.
    private func verdict(
        on session: String, _ client: APIClient
    ) async throws -> (SessionInfo, ReproductionPresentation) {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(60)
        while clock.now < deadline {
            let info = try await client.session(session)
            if let verdict = ReproductionPresentation.latest(on: info) { return (info, verdict) }
            try await client.pause(.milliseconds(100))
        }
        throw CommandFailure(
            .failed,
            "The training has ended and the server has recorded no verdict for 60 s. See: pivot sessions show \(session)"
        )
    }
}
