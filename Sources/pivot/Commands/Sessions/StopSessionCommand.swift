import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot sessions stop`
package struct StopSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop sessions; a running one saves a checkpoint first.",
        discussion: """
            Stopping a session that has ended changes nothing and is not an error.

            Examples:
              pivot sessions stop sess_7h2kq9d4
              pivot sessions stop sess_7h2kq9d4 --wait 0
            """)

    @OptionGroup var selection: SessionSelection
    @Option(help: "How many seconds to wait for the checkpoint, 0 to 30.")
    var wait = 30.0
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        guard (0...30).contains(wait) else { throw ValidationError("--wait must be from 0 to 30 seconds.") }
    }

    package func run() async throws {
        try await server.withClient { client in
            for id in try await selection.ids(client) {
                let stopped = try await client.stopSession(id, wait: .milliseconds(Int64(wait * 1000)))
                output.show(stopped) { _ in
                    let epochs = "after epoch \(SessionPresentation.epochs(stopped.summary))"
                    return [
                        stopped.status.isFinished
                            ? "\(stopped.id) is \(stopped.status.rawValue) \(epochs)."
                            : "\(stopped.id) is still stopping."
                    ]
                }
            }
        }
    }
}
