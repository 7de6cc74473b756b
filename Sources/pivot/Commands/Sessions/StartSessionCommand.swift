import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot sessions start`
package struct StartSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start a session that was created, stopped or failed.",
        discussion: """
            A session that has a checkpoint continues from its last one.

            Examples:
              pivot sessions start sess_7h2kq9d4
              pivot sessions start sess_7h2kq9d4 --follow
            """)

    @Argument(help: "The session's id, a beginning of it, its name, or @latest.")
    var session: String
    @Flag(help: "Keep running and show the training's progress.")
    var follow = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package mutating func run() async throws {
        try await server.withClient { client in
            session = try await client.sessionID(session)
            let started = try await client.startSession(session)
            if follow {
                let line = "Session \(started.id) (\(DisplayText.safe(started.name)))"
                if output.json { Console.standard.printError(line) } else { Console.standard.print(line) }
                try await TrainingFollower(
                    client: client, sessionID: started.id, asJSON: output.json, position: started.position,
                    leavesOnInterrupt: true
                ).run()
            } else {
                output.show(started) { _ in SessionPresentation.started(started) }
            }
        }
    }
}
