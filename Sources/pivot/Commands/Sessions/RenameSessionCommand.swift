import API
package import ArgumentParser
import TrackingClient

/// `pivot sessions rename`
package struct RenameSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give a session another name.",
        discussion: """
            Examples:
              pivot sessions rename sess_7h2kq9d4 "U-Net, small"
            """)

    @Argument(help: "The session's id, a beginning of it, its name, or @latest.")
    var session: String
    @Argument(help: "The new name.")
    var name: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            var changes = SessionChanges()
            changes.sessionName = name
            let changed = try await client.updateSession(try await client.sessionID(session), changes)
            output.show(changed) { _ in ["\(changed.id) is now named \(changed.name)."] }
        }
    }
}
