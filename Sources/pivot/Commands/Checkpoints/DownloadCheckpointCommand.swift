import API
package import ArgumentParser
import TrackingClient

/// `pivot checkpoints download`
package struct DownloadCheckpointCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "download", abstract: "Download a checkpoint, verified against its digest.",
        discussion: """
            Given a session, downloads its best checkpoint, or with --last its last one. The file appears only once it \
            is complete and verified. To continue an interrupted download, run the command again.

            Examples:
              pivot checkpoints download ckpt_4k7q2m9x
              pivot checkpoints download sess_7h2kq9d4 --output best.safetensors
              pivot checkpoints download sess_7h2kq9d4 --last --output models/
            """)

    @Argument(
        help: ArgumentHelp(
            "The checkpoint's id, an alias that points at it (name@alias), or a session's id.", valueName: "id"))
    var id: String
    @Flag(help: "With a session: its last checkpoint instead of its best.")
    var last = false
    @OptionGroup var download: CheckpointDownload
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print the checkpoint's JSON instead of a sentence.")
    var json = false

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            try await download.run(try await find(client), client, json: json)
        }
    }

    private func find(_ client: APIClient) async throws -> CheckpointInfo {
        guard id.hasPrefix("sess_") else { return try await client.checkpoint(client.checkpointID(id)) }
        let checkpoints = try await client.checkpoints(session: id).checkpoints
        let mark = last ? "last" : "best"
        guard
            let found = checkpoints.last(where: { last ? $0.marks.contains("last") : $0.isBest })
                ?? (last ? checkpoints.last : nil)
        else {
            throw CommandFailure(
                .notFound,
                checkpoints.isEmpty
                    ? "\(id) has no checkpoints."
                    : "\(id) has no \(mark) checkpoint. Choose one with: \(ProgramName.typed) checkpoints list \(id)")
        }
        return found
    }
}
