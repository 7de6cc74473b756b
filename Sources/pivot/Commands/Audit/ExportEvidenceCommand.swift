package import ArgumentParser
import JSON
import TrackingClient
import Transparency

/// `pivot audit export`
package struct ExportEvidenceCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write what others need to check a session, or the whole log, by themselves.",
        discussion: """
            A bundle is one tar archive: the events of a session with their proofs, the signed tree head, the configuration, \
            the digests of checkpoints and artifacts, and with --blobs these files themselves. 'pivot audit check-bundle' \
            verifies it, and so does tools/audit/verify_bundle.py, which needs nothing of PIVOT. It is verified before it is \
            written.

            --log writes the whole log as files that any file server can publish and mirrors and witnesses can read (C2SP \
            tlog-tiles). Run again, it adds what has come since. It has no payloads.

            Examples:
              pivot audit export @latest --output evidence.tar
              pivot audit export sess_7h2kq9d4 --blobs --since head.note --output evidence.tar
              pivot audit export --log published
              pivot audit export --log published --data-dir /data/pivot
            """)

    @Argument(help: "The session: its id, a beginning of it, its name, or @latest.")
    var session: String?
    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String?
    @Option(help: ArgumentHelp("Instead: write the whole log into this folder.", valueName: "folder"))
    var log: String?
    @Option(help: "The session's lifecycle, its measurements or both.")
    var stream = EventStreams.session
    @Flag(help: "Put checkpoints and artifacts into the bundle.")
    var blobs = false
    @Option(
        help: ArgumentHelp(
            "A tree head that readers of the bundle may have saved; the proof that it is continued is added.",
            valueName: "file"))
    var since: String?
    @OptionGroup var trusted: KeyOption
    @Option(
        name: .customLong("data-dir"),
        help: ArgumentHelp("Export from this data directory, whose server does not run.", valueName: "folder"))
    var dataDirectory: String?
    @OptionGroup var server: ServerOptions
    @Flag(help: "Replace the file.")
    var force = false
    @Flag(help: "Print a JSON document about what was written instead of a sentence.")
    var json = false

    package init() {}

    package func validate() throws {
        guard (session == nil) != (log == nil) else { throw ValidationError("Name a session, or a folder with --log.") }
        guard dataDirectory == nil || server.url == nil else { throw ValidationError("Give --url or --data-dir.") }
        guard dataDirectory == nil || trusted.key.isEmpty else {
            throw ValidationError("--key is for servers; a data directory has its own key.")
        }
        if log != nil {
            guard output == nil else { throw ValidationError("--log names the folder; leave --output out.") }
            guard !blobs, since == nil, stream == .session, !force else {
                throw ValidationError("--blobs, --since, --stream and --force need a session.")
            }
        } else if output == nil {
            throw ValidationError("Name the file of the bundle with --output.")
        }
    }

    package func run() async throws {
        let keys = try trusted.keys()
        if let output { try BundleFile.check(output, mayReplace: force) }
        var remembered: (path: String, bytes: [UInt8])?
        if let since { remembered = (since, try TreeHeadFile.read(since)) }
        do {
            if let dataDirectory {
                try await DataFolderEvidence.withEvidence(ofFolder: dataDirectory) { source, identity in
                    if let session, let output {
                        try await export(session, source, identity, remembered, to: output)
                    } else if let log {
                        try await exportLog(source, identity, to: log)
                    }
                }
            } else {
                try await server.withClient { client in
                    let (source, identity) = (ServerEvidence(client: client), try await LogIdentity(keys, from: client))
                    if let session, let output {
                        try await export(
                            try await client.sessionID(session), source, identity, remembered, to: output)
                    } else if let log {
                        try await exportLog(source, identity, to: log)
                    }
                }
            }
        } catch let fault as AuditFault {
            throw CommandFailure(.failed, "Nothing was exported: \(fault)")
        }
    }

    private func export(
        _ session: String, _ source: any EvidenceSource, _ identity: LogIdentity,
        _ remembered: (path: String, bytes: [UInt8])?, to output: String
    ) async throws {
        var export = BundleExport(source: source, identity: identity)
        export.streams = stream
        export.includesBlobs = blobs
        export.since = remembered
        let (bundle, report) = try await export.bundle(of: session)
        try write(bundle, report, to: output)
    }

    private func write(_ bundle: AuditBundle, _ report: BundleReport, to output: String) throws {
        let byteCount = try BundleFile.write(bundle, to: output)
        let included = report.blobs.count { $0.content != nil }
        guard !json else {
            return Console.standard.printJSON([
                "file": .string(output), "byte_count": .integer(byteCount), "log": .string(report.origin),
                "key": .string(report.key.description), "size": .integer(Int64(clamping: report.head.size)),
                "root_hash": .string(report.head.root.hex), "event_count": .integer(Int64(report.events.count)),
                "blob_count": .integer(Int64(report.blobs.count)), "included_blob_count": .integer(Int64(included)),
            ])
        }
        Console.standard.setStatus("")
        Console.standard.print(
            "\(output) has \(report.events.count) events with their proofs, and \(included) of the \(report.blobs.count) "
                + "files that they name (\(HumanFormat.size(byteCount))).")
        Console.standard.print("Tell its readers the log's key another way: \(report.key)")
    }

    private func exportLog(_ source: any EvidenceSource, _ identity: LogIdentity, to log: String) async throws {
        let folder = try LogFolderWriter(log)
        showLog(folder, try await LogExport(source: source, identity: identity, folder: folder).run())
    }

    private func showLog(_ folder: LogFolderWriter, _ treeHead: SignedTreeHead) {
        let head = treeHead.head
        if json {
            Console.standard.printJSON([
                "folder": .string(folder.path), "log": .string(treeHead.origin),
                "size": .integer(Int64(clamping: head.size)), "root_hash": .string(head.root.hex),
            ])
        } else {
            Console.standard.print(
                "\(folder.path) has the log \(DisplayText.safe(treeHead.origin)) with \(head.size) records.")
        }
    }
}
