package import ArgumentParser
import TrackingClient

/// `pivot sessions follow`
package struct FollowSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "follow", abstract: "Show a training's progress until it ends.",
        discussion: """
            Ctrl-C ends the following and leaves the training alone; to stop it: pivot sessions stop.

            Examples:
              pivot sessions follow sess_7h2kq9d4
              pivot sessions follow sess_7h2kq9d4 --json
            """)

    @Argument(help: "The session's id, a beginning of it, its name, or @latest.")
    var session: String
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print the result as JSON; the progress goes to standard error.")
    var json = false

    package init() {}

    package mutating func run() async throws {
        try await server.withClient { client in
            session = try await client.sessionID(session)
            try await TrainingFollower(client: client, sessionID: session, asJSON: json, leavesOnInterrupt: true).run()
        }
    }
}
