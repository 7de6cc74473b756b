package import ArgumentParser
import JSON
import Tracking
import TrackingClient

/// `pivot sessions list`
package struct ListSessionsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List sessions, newest first.",
        discussion: """
            Every given filter must match. A condition compares a parameter or a latest metric with a value: \
            =, !=, <, <=, >, >= or ~ (contains).

            Examples:
              pivot sessions list --status running --status queued
              pivot sessions list --tag unet --where "metrics.val_loss<0.3"
              pivot sessions list --sort -started_at --limit 10 --json
            """)

    @Option(help: "Only sessions in this status. May be repeated: any of them.")
    var status: [Session.Status] = []
    @Option(help: "Only sessions with this tag. May be repeated: all of them.")
    var tag: [String] = []
    @Option(help: "Only sessions of this experiment.")
    var experiment: String?
    @Option(help: "Only sessions of this group.")
    var group: String?
    @Option(help: "Only sessions with this text in id, name, notes, experiment, group or tags.")
    var search: String?
    @Option(name: .customLong("where"), help: "Only sessions for which this condition holds. May be repeated.")
    var conditions: [String] = []
    @Option(help: "Whether archived sessions are listed.")
    var archived = SessionFilter.Archived.exclude
    @Option(help: "created_at, started_at or session_name; with a minus sign descending.")
    var sort: String?
    @Option(help: "The most sessions to list, up to 1,000.")
    var limit = 100
    @Option(help: "How many sessions to skip.")
    var offset = 0
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        var filter = SessionFilter()
        filter.statuses = status
        filter.tags = tag
        filter.experiment = experiment
        filter.group = group
        filter.text = search
        filter.conditions = conditions
        filter.archived = archived
        filter.sort = sort
        filter.limit = limit
        filter.offset = offset == 0 ? nil : offset
        let request = filter
        try await server.withClient { client in
            let page = try await client.sessions(request)
            output.show(page.json) { console in
                guard !page.entries.isEmpty else { return ["No session matches."] }
                var lines = SessionPresentation.table(page.entries, moment: console.moment)
                    .lines(width: console.width, headingStyle: console.bold)
                if page.total > page.entries.count {
                    lines.append(console.dim("\(page.entries.count) of \(page.total); see --limit and --offset"))
                }
                return lines
            }
        }
    }
}
