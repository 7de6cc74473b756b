import API
package import ArgumentParser
import TrackingClient

/// `pivot checkpoints list`
package struct ListCheckpointsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List checkpoints, of one session or of all.",
        discussion: """
            STORED is what a checkpoint takes on the server's disk, with what it shares with others; ADDED is how much \
            more the disk held once it was stored. What deleting it now would free is shown by 'pivot storage SESSION'.

            Examples:
              pivot checkpoints list sess_7h2kq9d4
              pivot checkpoints list sess_7h2kq9d4 --metric val_loss --sort metric_value --limit 3
              pivot checkpoints list --json
            """)

    @Argument(help: "Only checkpoints of this session.")
    var session: String?
    @Option(help: "Show this metric instead of the session's monitored one, and only checkpoints that have it.")
    var metric: String?
    @Option(parsing: .unconditional, help: "epoch, created_at or metric_value; a leading minus sign means descending.")
    var sort: String?
    @Flag(help: "Also list checkpoints of the sessions it continues from.")
    var lineage = false
    @Option(help: "The maximum number of checkpoints to list; all by default.")
    var limit: Int?
    @OptionGroup var past: PastOption
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        try NumberOption.check("--limit", limit, 1...Int.max)
    }

    package mutating func run() async throws {
        try await server.withClient { client in
            if let named = session { session = try await client.sessionID(named, asOf: past.moment) }
            let page = try await client.checkpoints(
                session: session, metric: metric, sort: sort, lineage: lineage, limit: limit,
                asOf: past.moment)
            output.show(page) { console in
                guard !page.checkpoints.isEmpty else { return ["There are no checkpoints."] }
                var table = TextTable([
                    .init("CHECKPOINT"), .init("SESSION", mayShrink: true), .init("EPOCH", isNumeric: true),
                    .init("METRIC", isNumeric: true, mayShrink: true), .init("SIZE", isNumeric: true),
                    .init("STORED", isNumeric: true), .init("ADDED", isNumeric: true), .init("MARKS"),
                    .init("CREATED"),
                ])
                for checkpoint in page.checkpoints {
                    let metric = checkpoint.metricValue.map {
                        (checkpoint.metricName.map { $0 + " " } ?? "") + HumanFormat.number($0)
                    }
                    table.add([
                        checkpoint.id, checkpoint.sessionID, "\(checkpoint.epoch)", metric ?? "-",
                        HumanFormat.size(checkpoint.byteCount), HumanFormat.size(checkpoint.storedByteCount),
                        checkpoint.addedByteCount.map(HumanFormat.size) ?? "-",
                        checkpoint.marks.joined(separator: ", "), console.moment(checkpoint.createdAt),
                    ])
                }
                return table.lines(width: console.width, headingStyle: console.bold)
            }
        }
    }
}
