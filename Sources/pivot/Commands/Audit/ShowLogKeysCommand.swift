import API
package import ArgumentParser
import TrackingClient

/// `pivot audit key`
package struct ShowLogKeysCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Print the log's public keys, for those who are to verify it.",
        discussion: """
            The keys that sign now stand on lines of their own, the newest first: a file of them can be given as --key. Hand \
            it over another way than the log itself.

            Examples:
              pivot audit key > log.key
              pivot audit key --json
            """)

    @OptionGroup var server: ServerOptions
    @Flag(help: "Print the server's JSON, with keys that were retired.")
    var json = false

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let list = try await client.logKeys()
            if json { return Console.standard.printJSON(list.json) }
            for key in list.keys where key.status != "retired" {
                Console.standard.print(DisplayText.safe(key.verifierKey))
            }
        }
    }
}
