import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot alerts list`
package struct ListAlertsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List alerts that are not over, newest first, or others.",
        discussion: """
            Examples:
              pivot alerts list
              pivot alerts list --severity high --session @latest
              pivot alerts list --all --limit 20
              pivot alerts list --status resolved --json
            """)

    @Option(help: "Only alerts with this status. May be repeated to match any of them.")
    var status: [Alert.Status] = []
    @Flag(help: "List alerts that are over too.")
    var all = false
    @Option(help: "Only alerts of this severity.")
    var severity: AlertRule.Severity?
    @Option(help: "Only alerts of this session: its id, a beginning of it, its name, or @latest.")
    var session: String?
    @Option(help: "The maximum number of alerts to list, up to 1,000.")
    var limit = 100
    @OptionGroup var past: PastOption
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        try NumberOption.check("--limit", limit, 1...1000)
        guard !all || status.isEmpty else { throw ValidationError("Give --all or --status, not both.") }
    }

    package func run() async throws {
        try await server.withClient { client in
            var query = AlertQuery()
            query.statuses = status.isEmpty && !all ? [.active, .acknowledged] : status
            query.severity = severity
            if let session { query.sessionID = try await client.sessionID(session, asOf: past.moment) }
            query.asOf = past.moment
            query.limit = limit
            let page = try await client.alerts(query)
            output.show(page) { console in
                guard !page.alerts.isEmpty else { return ["There are no such alerts."] }
                let lines = AlertPresentation.table(page.alerts, moment: console.moment).lines(
                    width: console.width, headingStyle: console.bold,
                    cellStyle: { $0 == "SEVERITY" ? console.style(ofSeverity: $1) : nil })
                let counts = "\(page.activeCount) active, \(page.acknowledgedCount) acknowledged on this server"
                return lines + [console.dim(counts)]
            }
        }
    }
}
