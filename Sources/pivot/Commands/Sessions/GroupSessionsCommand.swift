import API
package import ArgumentParser
import JSON
import TrackingClient

/// `pivot sessions groups`
package struct GroupSessionsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "groups", abstract: "Show how numbers lie in groups of sessions.",
        discussion: """
            The sessions are grouped by the values of a field of the filter language. For each of --values there are the mean, \
            the standard deviation of a sample (n - 1) and the number of sessions that have a finite number; --json also has \
            the least, the greatest and the median.

            Examples:
              pivot sessions groups --by experiment
              pivot sessions groups --by params.lr --values metrics.val_loss.min,results.dice
              pivot sessions groups --by tags --values metrics.val_acc.max --filter "status = completed"
            """)

    @Option(help: ArgumentHelp("The field: experiment, group, tags, params.NAME or any other.", valueName: "field"))
    var by: String
    @Option(
        help: ArgumentHelp(
            "The numbers to show, such as metrics.val_loss.min,params.lr. May be repeated.", valueName: "fields"))
    var values: [String] = []
    @Option(help: "Only sessions that match this expression of the filter language.")
    var filter: String?
    @Flag(help: "Count archived sessions too.")
    var archived = false
    @Option(help: "The maximum number of groups to show, up to 1,000.")
    var limit = 100
    @Option(help: "How many groups to skip.")
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
        var query = SessionQuery()
        query.condition = filter
        query.includesArchived = archived
        query.asOf = past.moment
        query.limit = limit
        query.offset = offset == 0 ? nil : offset
        let fields = values.flatMap { $0.split(separator: ",").map(String.init) }
        try await server.withClient { client in
            let list = try await client.sessionGroups(by: by, values: fields, query)
            output.show(list) { console in
                guard !list.groups.isEmpty else { return ["No sessions match."] }
                var lines = Self.table(list, fields).lines(width: console.width, headingStyle: console.bold)
                if list.total > list.groups.count {
                    lines.append(
                        console.dim("\(list.groups.count) of \(list.total) groups; see --limit and --offset"))
                }
                return lines
            }
        }
    }

    /// A row for each group; a number is its mean, its spread, and how many sessions have it.
    static func table(_ list: SessionGroupList, _ fields: [String]) -> TextTable {
        var table = TextTable(
            [.init(list.by.uppercased(), mayShrink: true), .init("SESSIONS", isNumeric: true)]
                + fields.map { .init($0.uppercased(), isNumeric: true, mayShrink: true) })
        for group in list.groups {
            table.add([label(group.group), String(group.sessionCount)] + group.values.map(text))
        }
        return table
    }

    private static func label(_ value: JSONValue?) -> String {
        guard let value, !value.isNull else { return "none" }
        return value.stringValue ?? String(decoding: value.encoded(), as: UTF8.self)
    }

    private static func text(_ statistics: SessionGroupList.Statistics) -> String {
        guard let mean = statistics.mean, let count = statistics.count, count > 0 else { return "" }
        let spread = statistics.std.flatMap { $0.isFinite ? " ± " + HumanFormat.number($0) : nil } ?? ""
        return "\(HumanFormat.number(mean))\(spread) (\(count))"
    }
}
