import API
import ArgumentParser
import TrackingClient

/// Where a checkpoint is downloaded to, and the download.
package struct CheckpointDownload: ParsableArguments {
    @Option(name: .shortAndLong, help: "The file or folder to write to; by default the checkpoint's own name, here.")
    var output: String?
    @Flag(help: "Replace an existing file.")
    var force = false

    package init() {}

    /// Returns once the file is there, whole and verified, and what it is has been printed.
    func run(_ checkpoint: CheckpointInfo, _ client: APIClient, json: Bool) async throws {
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
