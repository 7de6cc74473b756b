import API
package import ArgumentParser
import Foundation
import TrackingClient

/// `pivot sessions delete`
package struct DeleteSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete sessions with their checkpoints and artifacts.",
        discussion: """
            This cannot be undone. The log keeps that they were; files that nothing else refers to are removed within a \
            day. To hide a session instead, archive it.

            Examples:
              pivot sessions delete sess_7h2kq9d4
              pivot sessions delete --filter "archived = true and tags = scratch" --yes
            """)

    @OptionGroup var selection: SessionSelection
    @Flag(help: "Do not ask.")
    var yes = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let ids = try await selection.ids(client)
            guard !ids.isEmpty else { throw CommandFailure(.notFound, "No session matches.") }
            try confirm(ids)
            for id in ids {
                let deleted = try await client.deleteSession(id)
                output.show(deleted) { _ in ["\(id) (\(deleted.name)) is deleted."] }
            }
        }
    }

    /// Asks at the terminal.
    ///
    /// - Throws: `CommandFailure` when the answer is not yes, or nobody can be asked.
    private func confirm(_ ids: [String]) throws {
        guard !yes else { return }
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(.usage, "Deleting cannot be undone: add --yes to confirm it.")
        }
        let what = ids.count == 1 ? ids[0] : "\(ids.count) sessions"
        FileHandle.standardError.write(Data("Delete \(what)? This cannot be undone. [y/N] ".utf8))
        guard let answer = readLine()?.lowercased(), ["y", "yes"].contains(answer) else {
            throw CommandFailure(.failed, "Nothing was deleted.")
        }
    }
}
