import API
package import ArgumentParser
import TrackingClient

/// `pivot storage`
package struct StorageCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "storage", abstract: "Show what takes the server's disk, and what deleting or pruning would free.",
        discussion: """
            Checkpoints and artifacts share what is equal in them, so the figures of several do not add up: \
            DELETING is what nothing else needs, which is freed when all files of the row are deleted. PRUNING is what \
            'pivot checkpoints prune' would free: all checkpoints but the best, the last and those of stops.

            Examples:
              pivot storage
              pivot storage --limit 50
              pivot storage sess_7h2kq9d4 --json
            """)

    @Argument(help: "Show the files of this session: its id, a beginning of it, its name, or @latest.")
    var session: String?
    @Option(help: "The maximum number of sessions to show.")
    var limit = 20
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        try NumberOption.check("--limit", limit, 1...Int.max)
    }

    package func run() async throws {
        try await server.withClient { client in
            var id: String?
            if let session { id = try await client.sessionID(session) }
            Console.standard.setStatus("counting what is stored")
            let info = try await client.storage(session: id, limit: limit)
            output.show(info) { console in
                if let files = info.files { return Self.lines(files, console) }
                return Self.summary(info) + Self.tables(info, console)
            }
        }
    }

    private static func summary(_ info: StorageInfo) -> [String] {
        func line(_ name: String, _ byteCount: Int64, _ note: String = "") -> String {
            let size = HumanFormat.size(byteCount)
            let gap = String(repeating: " ", count: max(1, 31 - name.count - size.count))
            return name + gap + size + (note.isEmpty ? "" : "   " + note)
        }
        let files = "\(info.fileCount) file\(info.fileCount == 1 ? "" : "s") of \(HumanFormat.size(info.byteCount))"
        var lines = info.folders.map { line($0.name, $0.byteCount, $0.name == "blobs" ? files : "") }
        lines.append(
            line("not needed any more", info.unusedByteCount, "freed within a day, or at once when the disk is short"))
        lines.append(line("freed by pruning", info.freedByPruning))
        if info.unreadableCount > 0 {
            let (noun, pronoun) = info.unreadableCount == 1 ? ("file is", "it needs") : ("files are", "they need")
            lines.append("\(info.unreadableCount) \(noun) missing or damaged; what \(pronoun) is not counted.")
        }
        return lines
    }

    private static func tables(_ info: StorageInfo, _ console: Console) -> [String] {
        var lines: [String] = []
        for (title, shares) in [("KIND", info.kinds), ("EXPERIMENT", info.experiments), ("SESSION", info.sessions)]
        where !shares.isEmpty {
            var table = TextTable([
                .init(title, mayShrink: true), .init("FILES", isNumeric: true), .init("SIZE", isNumeric: true),
                .init("DELETING", isNumeric: true), .init("PRUNING", isNumeric: true),
            ])
            for share in shares {
                table.add([
                    share.name ?? "-", "\(share.fileCount)", HumanFormat.size(share.byteCount),
                    HumanFormat.size(share.freedByDeleting), HumanFormat.size(share.freedByPruning),
                ])
            }
            lines += [""] + table.lines(width: console.width, headingStyle: console.bold)
        }
        let rest = info.sessionCount - info.sessions.count
        if rest > 0 { lines.append("and \(rest) more session\(rest == 1 ? "" : "s"); --limit shows more.") }
        return lines
    }

    private static func lines(_ files: [StorageInfo.File], _ console: Console) -> [String] {
        guard !files.isEmpty else { return ["The session has no files."] }
        var table = TextTable([
            .init("FILE", mayShrink: true), .init("KIND"), .init("SIZE", isNumeric: true),
            .init("DELETING", isNumeric: true), .init("PRUNABLE"),
        ])
        for file in files {
            table.add([
                file.checkpointID ?? "\(file.path ?? "") v\(file.version ?? 1)", file.kind,
                HumanFormat.size(file.byteCount), HumanFormat.size(file.freedByDeleting), file.isPrunable ? "yes" : "",
            ])
        }
        return table.lines(width: console.width, headingStyle: console.bold)
    }
}
