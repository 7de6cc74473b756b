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

    @Argument(help: ArgumentHelp("The checkpoint's id, or a session's.", valueName: "id"))
    var id: String
    @Option(name: .shortAndLong, help: "The file or folder to write to; by default the checkpoint's own name, here.")
    var output: String?
    @Flag(help: "With a session: its last checkpoint instead of its best.")
    var last = false
    @Flag(help: "Replace an existing file.")
    var force = false
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print the checkpoint's JSON instead of a sentence.")
    var json = false

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let checkpoint = try await find(client)
            let path = try DownloadTarget.path(output: output, name: checkpoint.fileName, mayReplace: force)
            let meter = TransferMeter(checkpoint.id)
            do {
                try await client.downloadCheckpoint(checkpoint, to: path, progress: meter.update)
            } catch {
                meter.finish()
                throw error
            }
            meter.finish()
            if json {
                Console.standard.printJSON(checkpoint.json)
            } else {
                Console.standard.print(
                    "\(path): \(checkpoint.id), epoch \(checkpoint.epoch), "
                        + "\(HumanFormat.size(checkpoint.byteCount)), \(checkpoint.digest)")
            }
        }
    }

    private func find(_ client: APIClient) async throws -> CheckpointInfo {
        guard id.hasPrefix("sess_") else { return try await client.checkpoint(id) }
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
