import API
package import ArgumentParser
import TrackingClient

/// `pivot artifacts download`
package struct DownloadArtifactCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "download", abstract: "Download a session's file, verified against its digest.",
        discussion: """
            Examples:
              pivot artifacts download sess_7h2kq9d4 plots/loss.png
              pivot artifacts download sess_7h2kq9d4 plots/loss.png --output loss-7.png
            """)

    @Argument(help: "The session's id, a beginning of it, its name, or @latest.")
    var session: String
    @Argument(help: "The artifact's path.")
    var path: String
    @Option(name: .shortAndLong, help: "The file or folder to write to; by default the artifact's name, here.")
    var output: String?
    @Flag(help: "Replace an existing file.")
    var force = false
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print the artifact's JSON instead of a sentence.")
    var json = false

    package init() {}

    package mutating func run() async throws {
        try await server.withClient { client in
            session = try await client.sessionID(session)
            let page = try await client.artifacts(session, prefix: path)
            guard let artifact = page.artifacts.first(where: { $0.path == path }) else {
                throw CommandFailure(
                    .notFound, "\(session) has no artifact \(path). See: \(ProgramName.typed) artifacts list \(session)"
                )
            }
            let target = try DownloadTarget.path(output: output, name: artifact.path, mayReplace: force)
            let meter = TransferMeter(artifact.path)
            do {
                try await client.downloadArtifact(session, artifact, to: target, progress: meter.update)
            } catch {
                meter.finish()
                throw error
            }
            meter.finish()
            if json {
                Console.standard.printJSON(artifact.json)
            } else {
                Console.standard.print("\(target): \(HumanFormat.size(artifact.byteCount)), \(artifact.digest)")
            }
        }
    }
}
