import API
package import ArgumentParser
import TrackingClient

/// `pivot notifications list`
package struct ListNotificationsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List notifications that are not cleared, newest first.",
        discussion: """
            Examples:
              pivot notifications list
              pivot notifications list --unread --priority high
              pivot notifications list --session @latest --json
            """)

    package enum Kind: String, CaseIterable, ExpressibleByArgument { case training, alert, system }
    package enum Priority: String, CaseIterable, ExpressibleByArgument { case low, medium, high }

    @Flag(help: "Only those that are not read.")
    var unread = false
    @Option(help: "Only those of this type.")
    var type: Kind?
    @Option(help: "Only those of this priority.")
    var priority: Priority?
    @Option(help: "Only those of this session: its id, a beginning of it, its name, or @latest.")
    var session: String?
    @Option(help: "The maximum number of notifications to list, up to 1,000.")
    var limit = 100
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        try NumberOption.check("--limit", limit, 1...1000)
    }

    package func run() async throws {
        try await server.withClient { client in
            var query = NotificationQuery()
            query.isUnread = unread
            query.type = type?.rawValue
            query.priority = priority?.rawValue
            if let session { query.sessionID = try await client.sessionID(session) }
            query.limit = limit
            let page = try await client.notifications(query)
            output.show(page) { console in
                guard !page.notifications.isEmpty else { return ["There are no such notifications."] }
                return Self.table(page.notifications, console).lines(
                    width: console.width, headingStyle: console.bold,
                    cellStyle: { $0 == "PRIORITY" ? console.style(ofSeverity: $1) : nil })
                    + [console.dim("\(page.unreadCount) unread of \(page.total) on this server")]
            }
        }
    }

    private static func table(_ notifications: [NotificationInfo], _ console: Console) -> TextTable {
        var table = TextTable([
            .init("NOTIFICATION"), .init("READ"), .init("PRIORITY"), .init("TYPE", isOptional: true),
            .init("MESSAGE", mayShrink: true), .init("SESSION", mayShrink: true, isOptional: true),
            .init("CREATED", isOptional: true),
        ])
        for one in notifications {
            table.add([
                one.id, one.isRead ? "yes" : "no", one.priority, one.type, one.message, one.data.sessionID ?? "",
                console.moment(one.createdAt),
            ])
        }
        return table
    }
}
