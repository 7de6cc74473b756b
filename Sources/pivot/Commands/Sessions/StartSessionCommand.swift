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

    @Argument(help: "The session's id.")
    var session: String
    @Flag(help: "Keep running and show the training's progress.")
    var follow = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let started = try await client.startSession(session)
            if follow {
                try await TrainingFollower(
                    client: client, sessionID: started.id, asJSON: output.json, position: started.position
                ).run()
            } else {
                output.show(started) { _ in SessionPresentation.started(started) }
            }
        }
    }
}
