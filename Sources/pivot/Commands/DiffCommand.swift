package import ArgumentParser
import TrackingClient

/// `pivot diff`
package struct DiffCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show what differs between sessions.",
        discussion: """
            Configuration, params, code, environment, packages, data, metrics and checkpoints side by side; only what \
            differs, unless --all is given.

            Examples:
              pivot diff sess_7h2kq9d4 sess_p3x8m2c6
              pivot diff sess_7h2kq9d4 sess_p3x8m2c6 --all --json
            """)

    @Argument(help: "The ids of two to ten sessions.")
    var sessions: [String]
    @Flag(help: "Also show what is equal.")
    var all = false
    @OptionGroup var past: PastOption
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        guard (2...10).contains(sessions.count) else {
            throw ValidationError("Give two to ten sessions, not \(sessions.count).")
        }
    }

    package mutating func run() async throws {
        try await server.withClient { client in
            sessions = try await client.sessionIDs(sessions, asOf: past.moment)
            let comparison = try await client.compare(sessions, all: all, asOf: past.moment)
            output.show(comparison) { console in
                ComparisonPresentation(comparison).lines(width: console.width, headingStyle: console.bold)
            }
        }
    }
}
