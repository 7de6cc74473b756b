import API
package import ArgumentParser
import JSON
import Tracking
import TrackingClient

/// `pivot version`
package struct VersionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print this program's version, and the server's if one answers.",
        discussion: """
            Examples:
              pivot version
              pivot version --json
            """)

    @OptionGroup var server: ServerOptions
    @Flag(help: "Print JSON.")
    var json = false

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let remote = await ServerProbe(client: client).health()
            let console = Console.standard
            if json {
                var document: JSONObject = ["version": .string(PIVOTVersion.current)]
                if let remote {
                    document.append(
                        ["url": .string(client.configuration.address.text), "version": .string(remote.version)],
                        forKey: "server")
                }
                console.printJSON(.object(document))
            } else {
                console.print("pivot \(PIVOTVersion.current)")
                if let remote { console.print("server \(remote.version) at \(client.configuration.address)") }
            }
        }
    }
}
