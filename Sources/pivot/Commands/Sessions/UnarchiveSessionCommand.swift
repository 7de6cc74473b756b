import API
package import ArgumentParser
import TrackingClient

/// `pivot sessions unarchive`
package struct UnarchiveSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "unarchive", abstract: "Show archived sessions in lists again.",
        discussion: """
            Examples:
              pivot sessions unarchive sess_7h2kq9d4
              pivot sessions unarchive --filter "archived = true and tags = keep"
            """)

    @OptionGroup var selection: SessionSelection
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            for id in try await selection.ids(client) {
                var changes = SessionChanges()
                changes.isArchived = false
                let changed = try await client.updateSession(id, changes)
                output.show(changed) { _ in ["\(id) is in the lists again."] }
            }
        }
    }
}
