import API
package import ArgumentParser
import JSON
import Tracking
import TrackingClient

/// `pivot import session`
package struct ImportSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Take over a session that was exported from another server.",
        discussion: """
            Every digest of the archive is verified before anything is sent. Files that the server has already are not \
            sent again; the session appears there as a whole, with its ids, times and attempts. An import that breaks \
            off leaves nothing that is shown: run it again to continue. A session that is there with the same content is \
            left as it is; with other content the import is refused, and the message names both digests.

            An imported session is not trained further: create one that continues a checkpoint of it. A session that had \
            not ended when it was exported is stopped.

            Examples:
              pivot import session digits
              pivot import session digits.tar --url http://localhost:9000
            """)

    @Argument(help: ArgumentHelp("The folder or .tar that `export session` wrote.", valueName: "path"))
    var path: String
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print what was done as a JSON document instead of a sentence.")
    var json = false

    package init() {}

    package func run() async throws {
        let archive = try ArchiveReader(path)
        try archive.verify()
        try await server.withClient { client in
            let outcome = try await SessionImporter(client: client, archive: archive).run()
            show(outcome, archive.manifest)
        }
    }

    private func show(_ outcome: SessionImporter.Outcome, _ manifest: ArchiveManifest) {
        let state = outcome.state
        guard !json else {
            return Console.standard.printJSON([
                "session_id": .string(state.sessionID), "state": .string(state.state.rawValue),
                "source": .string(manifest.sourceAddress), "content_digest": .string(state.contentDigest.description),
                "status": .string(state.session?.status.rawValue ?? ""), "files_sent": .count(outcome.fileCount),
                "bytes_sent": .integer(outcome.byteCount),
            ])
        }
        let status = state.session?.status.rawValue ?? ""
        guard state.state == .imported else {
            return Console.standard.print(
                "\(state.sessionID) is on the server already, with the same content (\(status)): nothing new.")
        }
        let events = manifest.streams.reduce(0) { $0 + $1.eventCount }
        Console.standard.print(
            "\(state.sessionID): imported from \(DisplayText.safe(manifest.sourceAddress)), \(status), \(events) events, "
                + "\(outcome.fileCount) file\(outcome.fileCount == 1 ? "" : "s") sent "
                + "(\(HumanFormat.size(outcome.byteCount)))")
    }
}
