package import ArgumentParser
import JSON
import TrackingClient
import Transparency

/// `pivot audit verify`
package struct VerifyLogCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify a log: from outside by its public key, or the files of a stopped server.",
        discussion: """
            From outside, the newest tree head is fetched and its signature verified. With --since it must continue the tree \
            head that was saved before, with --session the events of a session must be in the tree, and with --all the whole \
            tree is computed again from what is served. --log verifies a folder that 'pivot audit export --log' wrote.

            With --data-dir the files of a server that does not run are verified: every record and its checks, the tree, the \
            key and the last tree head, the files that events name, and the read models against ones that are built anew. \
            Nothing is changed there but what the next start would do.

            Exit status: 0 when nothing is wrong, 1 when something is, and then it says what and where; 2, 3 and 4 as with \
            every command. Without --key the server's own word is taken for its key.

            Examples:
              pivot audit verify --save head.note
              pivot audit verify --key log.key --since head.note --save head.note
              pivot audit verify --session @latest
              pivot audit verify --all --json
              pivot audit verify --log published --key log.key
              pivot audit verify --data-dir /data/pivot --since head.note
            """)

    @OptionGroup var trusted: KeyOption
    @Option(help: ArgumentHelp("A tree head that was saved before, which the log must continue.", valueName: "file"))
    var since: String?
    @Option(help: ArgumentHelp("Save the tree head there once nothing is wrong, for --since.", valueName: "file"))
    var save: String?
    @Option(help: ArgumentHelp("Prove that the tree has the events of this session.", valueName: "session"))
    var session: String?
    @Option(help: "With --session: its lifecycle, its measurements or both.")
    var stream = EventStreams.session
    @Flag(help: "Compute the whole tree again from what the server serves.")
    var all = false
    @Option(help: ArgumentHelp("Verify the log in this folder instead of a server's.", valueName: "folder"))
    var log: String?
    @Option(
        name: .customLong("data-dir"),
        help: ArgumentHelp("Verify this data directory, whose server does not run.", valueName: "folder"))
    var dataDirectory: String?
    @Flag(name: .customLong("no-blobs"), help: "With --data-dir: leave out the files that events name.")
    var skipsBlobs = false
    @Flag(name: .customLong("no-read-models"), help: "With --data-dir: leave out the read models.")
    var skipsReadModels = false
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print JSON.")
    var json = false

    package init() {}

    package func validate() throws {
        let places = [log, dataDirectory, server.url].compactMap(\.self).count
        guard places <= 1 else { throw ValidationError("Give one of --url, --log and --data-dir.") }
        if log != nil || dataDirectory != nil {
            guard session == nil else { throw ValidationError("--session needs a server.") }
            guard !all else { throw ValidationError("--all needs a server; elsewhere all is verified anyway.") }
        }
        if dataDirectory == nil, skipsBlobs || skipsReadModels {
            throw ValidationError("--no-blobs and --no-read-models need --data-dir.")
        }
        if session == nil, stream != .session { throw ValidationError("--stream needs --session.") }
        if log != nil, trusted.key.isEmpty {
            throw ValidationError("--log needs --key: a folder has no key of its own.")
        }
    }

    package func run() async throws {
        let keys = try trusted.keys()
        var remembered: (path: String, bytes: [UInt8])?
        if let since { remembered = (since, try TreeHeadFile.read(since)) }
        if let dataDirectory {
            var audit = DataFolderAudit(
                folder: dataDirectory, keys: keys, since: remembered, includesBlobs: !skipsBlobs,
                includesReadModels: !skipsReadModels, report: .onConsole(json: json))
            try await audit.run()
            return try finish(audit.report, audit.facts, audit.treeHead)
        }
        if let log {
            return try await verify(
                FolderLog(log), LogIdentity(keys), OutsideAudit.Wishes(since: remembered, all: true), nil)
        }
        try await server.withClient { client in
            let identity: LogIdentity
            do {
                identity = try await LogIdentity(keys, from: client)
            } catch let fault as AuditFault {
                throw CommandFailure(.failed, "Not proved: \(fault)")
            }
            if !identity.isGiven { Console.standard.printError(identity.warning) }
            var wishes = OutsideAudit.Wishes(since: remembered, streams: stream, all: all)
            if let session { wishes.session = try await client.sessionID(session) }
            try await verify(ServerLog(client: client), identity, wishes, ServerEvidence(client: client))
        }
    }

    private func verify(
        _ log: any TiledLog, _ identity: LogIdentity, _ wishes: OutsideAudit.Wishes, _ source: (any EvidenceSource)?
    ) async throws {
        var audit = OutsideAudit(log, identity, wishes, report: .onConsole(json: json))
        try await audit.run(source)
        try finish(audit.report, audit.facts, audit.treeHead)
    }

    private func finish(_ report: AuditReport, _ facts: [(String, JSONValue)], _ treeHead: SignedTreeHead?) throws {
        try report.conclude(json: json, facts)
        guard let save else { return }
        guard let treeHead else {
            throw CommandFailure(.failed, "There is no signed tree head to save in \(save) yet. Start a server once.")
        }
        try TreeHeadFile.write(treeHead.note, to: save)
        if !json { Console.standard.print("The tree head is in \(save).") }
    }
}
