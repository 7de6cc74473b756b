import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot sessions list`
package struct ListSessionsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List sessions, newest first.",
        discussion: """
            Sessions must match every given filter. --filter takes the filter language: fields, params.NAME and \
            metrics.NAME, compared by =, !=, <, <=, >, >=, ~ (contains), in (…) or exists, joined by and, or, not and \
            parentheses.

            Examples:
              pivot sessions list --status running --status queued
              pivot sessions list --tag unet --filter "metrics.val_loss < 0.3"
              pivot sessions list --filter "archived = true" --archived
              pivot sessions list --sort -metrics.val_froc --limit 10 --json
              pivot sessions list --columns params.lr,metrics.val_acc.max
              pivot sessions list --status running --as-of 2026-01-31T12:00:00Z
            """)

    @Option(help: "Only sessions with this status. May be repeated to match any of them.")
    var status: [Session.Status] = []
    @Option(help: "Only sessions with this tag. May be repeated to match all of them.")
    var tag: [String] = []
    @Option(help: "Only sessions of this experiment.")
    var experiment: String?
    @Option(help: "Only sessions of this group.")
    var group: String?
    @Option(help: "Only sessions with all these words in name, notes or tags.")
    var search: String?
    @Option(help: "Only sessions that match this expression of the filter language.")
    var filter: String?
    @Flag(help: "List archived sessions too.")
    var archived = false
    @Option(
        parsing: .unconditional,
        help: "A field such as created_at, metrics.NAME or params.NAME; a leading minus sign means descending.")
    var sort: String?
    @Option(help: "The maximum number of sessions to list, up to 1,000.")
    var limit = 100
    @Option(
        help: ArgumentHelp(
            "Values to show, such as params.lr,config.train.epochs,metrics.val_acc.max. May be repeated.",
            valueName: "fields"))
    var columns: [String] = []
    @Option(help: "How many sessions to skip.")
    var offset = 0
    @OptionGroup var past: PastOption
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        try NumberOption.check("--limit", limit, 1...1000)
        try NumberOption.check("--offset", offset, 0...Int.max)
    }

    package func run() async throws {
        var request = SessionQuery()
        request.statuses = status
        request.tags = tag
        request.experiment = experiment
        request.group = group
        request.text = search
        request.condition = filter
        request.includesArchived = archived
        request.sort = sort
        request.columns = columns.flatMap { $0.split(separator: ",").map(String.init) }
        request.asOf = past.moment
        request.limit = limit
        request.offset = offset == 0 ? nil : offset
        try await server.withClient { client in
            let page = try await client.sessions(request)
            output.show(page) { console in
                guard !page.sessions.isEmpty else { return ["No sessions match."] }
                var lines = SessionPresentation.table(
                    page.sessions, columns: request.columns, moment: console.moment
                )
                .lines(
                    width: console.width, headingStyle: console.bold,
                    cellStyle: { $0 == "STATUS" ? console.style(ofStatus: $1) : nil })
                if page.total > page.sessions.count {
                    lines.append(console.dim("\(page.sessions.count) of \(page.total); see --limit and --offset"))
                }
                return lines
            }
        }
    }
}
