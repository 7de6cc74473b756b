import API
package import ArgumentParser
import TrackingClient

/// `pivot sessions archive`
package struct ArchiveSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "archive", abstract: "Hide sessions from lists; nothing is deleted.",
        discussion: """
            Examples:
              pivot sessions archive sess_7h2kq9d4
              pivot sessions archive --filter "status = failed and created_at < 2026-01-01"
              pivot sessions list --archived --filter "archived = true"
            """)

    @OptionGroup var selection: SessionSelection
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            for id in try await selection.ids(client) {
                let archived = try await client.archiveSession(id)
                output.show(archived) { _ in ["\(archived.id) is archived."] }
            }
        }
    }
}
