import API
package import ArgumentParser
import TrackingClient

/// `pivot checkpoints upload`
package struct UploadCheckpointCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "upload", abstract: "Add a file to a session as a checkpoint.",
        discussion: """
            Examples:
              pivot checkpoints upload model_epoch_50.pth --session sess_7h2kq9d4 --epoch 50
              pivot checkpoints upload m.safetensors --session sess_7h2kq9d4 --epoch 50 --metric val_loss=0.234
            """)

    @Argument(help: "The file.", completion: .file())
    var file: String
    @Option(help: "The session it belongs to.")
    var session: String
    @Option(help: "The epoch it was saved after.")
    var epoch: Int
    @Option(help: ArgumentHelp("A metric of the checkpoint. May be repeated.", valueName: "name=value"))
    var metric: [MetricArgument] = []
    @Option(help: "Steps since the session's start.")
    var step: Int?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        try NumberOption.check("--epoch", epoch, 0...Int(UInt32.max))
        try NumberOption.check("--step", step, 0...Int.max)
    }

    package mutating func run() async throws {
        try LocalSource.check(file)
        try await server.withClient { client in
            session = try await client.sessionID(session)
            var upload = CheckpointUpload(
                sessionID: session, epoch: epoch, fileName: file.split(separator: "/").last.map(String.init) ?? file)
            upload.metrics = metric.map(\.value)
            upload.step = step.map(Int64.init)
            let meter = TransferMeter(file)
            let saved: CheckpointInfo
            do {
                saved = try await client.uploadCheckpoint(upload, from: .file(file), progress: meter.update)
            } catch {
                meter.finish()
                throw error
            }
            meter.finish()
            output.show(saved) { _ in
                [
                    "Saved \(saved.id): \(HumanFormat.size(saved.byteCount)), "
                        + "\(HumanFormat.size(saved.storedByteCount)) stored, \(saved.digest)"
                ]
            }
        }
    }
}
