import API
package import ArgumentParser
import TrackingClient

/// `pivot sessions tag`
package struct TagSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Add tags to sessions, or remove them.",
        discussion: """
            Examples:
              pivot sessions tag sess_7h2kq9d4 --add baseline
              pivot sessions tag --filter "metrics.val_loss < 0.2" --add good --remove new
            """)

    @OptionGroup var selection: SessionSelection
    @Option(help: "A tag to add. May be repeated.")
    var add: [String] = []
    @Option(help: "A tag to remove. May be repeated.")
    var remove: [String] = []
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        guard !add.isEmpty || !remove.isEmpty else { throw ValidationError("Give --add or --remove.") }
    }

    package func run() async throws {
        try await server.withClient { client in
            for id in try await selection.ids(client) {
                let present = try await client.session(id)
                var changes = SessionChanges()
                changes.tags =
                    present.tags.filter { !remove.contains($0) }
                    + add.filter { !present.tags.contains($0) && !remove.contains($0) }
                let changed = try await client.updateSession(id, changes)
                output.show(changed) { _ in
                    [
                        changed.tags.isEmpty
                            ? "\(id) has no tags." : "\(id) has the tags \(changed.tags.joined(separator: ", "))."
                    ]
                }
            }
        }
    }
}
