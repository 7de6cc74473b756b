import API
package import ArgumentParser
import JSON
import Tracking
import TrackingClient

/// `pivot logs`
package struct LogsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show a training's output.",
        discussion: """
            Examples:
              pivot logs sess_7h2kq9d4 --tail 20
              pivot logs sess_7h2kq9d4 --follow
              pivot logs sess_7h2kq9d4 --rank 1 --json
              pivot logs sess_7h2kq9d4 --contains "out of memory" --source stderr
            """)

    @Argument(help: "The session's id, a beginning of it, its name, or @latest.")
    var session: String
    @Flag(help: "Keep running and show new lines until the training ends.")
    var follow = false
    @Option(help: "Only this many of the last lines.")
    var tail: Int?
    @Option(help: "Only lines of this rank.")
    var rank: Int?
    @Option(help: "Only lines of this source: stdout, stderr or log.")
    var source: String?
    @Option(help: ArgumentHelp("Only lines that contain this text, in any case.", valueName: "text"))
    var contains: String?
    @OptionGroup var past: PastOption
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print each line as a JSON object.")
    var json = false

    package init() {}

    package func validate() throws {
        try NumberOption.check("--tail", tail, 1...Int.max)
        try NumberOption.check("--rank", rank, 0...Int.max)
        if let source, !LogReport.sources.contains(source) {
            throw ValidationError(
                "--source must be one of \(LogReport.sources.joined(separator: ", ")), not '\(source)'.")
        }
        if contains?.isEmpty ?? false { throw ValidationError("--contains must not be empty.") }
        if follow, past.moment != nil { throw ValidationError("--follow shows what comes; --as-of what was.") }
    }

    package mutating func run() async throws {
        try await server.withClient { client in
            session = try await client.sessionID(session, asOf: past.moment)
            var last = try await beginning(client)
            guard follow else {
                _ = try await printLines(after: last, client)
                return
            }
            for try await item in client.feed(session: session, types: ["connection", "log", "status"]) {
                switch item {
                case .entry: last = try await printLines(after: last, client)
                case .interrupted(let error, _): Console.standard.remark(error)
                }
            }
            _ = try await printLines(after: last, client)
        }
    }

    /// The number of the line after which `--tail` begins.
    private func beginning(_ client: APIClient) async throws -> Int {
        guard let tail else { return 0 }
        let page = try await client.logs(session, limit: 1, asOf: past.moment)
        return max(0, page.total - tail)
    }

    /// Prints what follows line number `line`; answers the number of the last line that was looked at.
    private func printLines(after line: Int, _ client: APIClient) async throws -> Int {
        var last = line
        while true {
            let page = try await client.logs(
                session, after: last, rank: rank, source: source, containing: contains, limit: 1000,
                asOf: past.moment)
            for entry in page.lines { show(entry) }
            guard page.lastLine > last else { return last }
            last = page.lastLine
            if last >= page.total { return last }
        }
    }

    private func show(_ line: LogLineInfo) {
        let console = Console.standard
        if json {
            console.print(String(decoding: line.encoded(), as: UTF8.self))
            return
        }
        let time = HumanFormat.clock(line.time, offset: console.offset(at: line.time)) + " "
        let rank = line.rank == 0 ? "" : "[\(line.rank)] "
        let text = line.redactedBy.map { "[removed by event \($0)]" } ?? DisplayText.safe(line.text)
        let styled = line.level == "error" ? console.red(text) : line.level == "warning" ? console.yellow(text) : text
        console.print(console.dim(time + rank) + styled)
    }
}
