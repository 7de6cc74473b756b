import API
package import ArgumentParser
import TrackingClient

/// `pivot artifacts upload`
package struct UploadArtifactCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "upload", abstract: "Add a file to a session; an existing path gets a new version.",
        discussion: """
            Examples:
              pivot artifacts upload sess_7h2kq9d4 loss.png --path plots/loss.png
              pivot artifacts upload sess_7h2kq9d4 report.html --content-type text/html
            """)

    @Argument(help: "The session's id, a beginning of it, its name, or @latest.")
    var session: String
    @Argument(help: "The file.", completion: .file())
    var file: String
    @Option(help: "Its path within the session; by default the file's name.")
    var path: String?
    @Option(help: "Its media type; by default derived from the file's extension.")
    var contentType: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package mutating func run() async throws {
        try LocalSource.check(file)
        try await server.withClient { client in
            session = try await client.sessionID(session)
            let target = path ?? file.split(separator: "/").last.map(String.init) ?? file
            let meter = TransferMeter(target)
            let saved: ArtifactInfo
            do {
                saved = try await client.uploadArtifact(
                    session, path: target, from: .file(file),
                    contentType: contentType ?? UploadArtifactCommand.contentType(of: file), progress: meter.update)
            } catch {
                meter.finish()
                throw error
            }
            meter.finish()
            output.show(saved) { _ in
                [
                    "\(DisplayText.safe(saved.path)), version \(saved.version): "
                        + "\(HumanFormat.size(saved.byteCount)), \(saved.digest)"
                ]
            }
        }
    }

    /// The media type of well-known extensions; application/octet-stream for others.
    package static func contentType(of file: String) -> String {
        let types = [
            "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "svg": "image/svg+xml",
            "txt": "text/plain", "log": "text/plain", "md": "text/markdown", "csv": "text/csv", "html": "text/html",
            "json": "application/json", "yaml": "application/yaml", "yml": "application/yaml",
            "pdf": "application/pdf", "gz": "application/gzip", "zip": "application/zip",
        ]
        let suffix = file.split(separator: ".").last.map { $0.lowercased() } ?? ""
        return types[suffix] ?? "application/octet-stream"
    }
}
