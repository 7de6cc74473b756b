package import ArgumentParser
import EventLog
import Foundation
import TrackingClient

/// `pivot server start`
package struct StartServerCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start the server in the background.",
        discussion: """
            Does nothing if it is running. It goes on when the terminal is closed.

            Examples:
              pivot server start
              pivot server start --allow-command python3
            """)

    @Option(help: "The port to listen on.")
    var port = 8000
    @OptionGroup var allowed: AllowedOptions
    @OptionGroup var data: DataFolderOption

    package init() {}

    package func run() async throws {
        if let owner = try DataDirectory.owner(ofFolderAt: data.folder) {
            guard allowed.commands.isEmpty, allowed.configRoots.isEmpty else {
                throw CommandFailure(
                    .usage,
                    "A server is running already, at \(owner), and options do not change it. "
                        + "Stop it first with: \(ProgramName.typed) server stop")
            }
            Console.standard.print("The server is running at \(owner).")
            return
        }
        let client = APIClient(
            try ClientConfiguration(address: "http://127.0.0.1:\(port)", environment: [:], retries: .interactive))
        do {
            var starter = ServerStarter(client: client, allowedCommands: allowed.commands)
            starter.dataFolder = data.folder
            starter.configRoots = allowed.configRoots
            try await starter.ensureServer(console: .standard)
        } catch {
            try await client.shutDown()
            throw error
        }
        try await client.shutDown()
    }
}
