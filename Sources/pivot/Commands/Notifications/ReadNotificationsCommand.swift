import API
package import ArgumentParser
import TrackingClient

/// `pivot notifications read`
package struct ReadNotificationsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Mark notifications as read.",
        discussion: """
            Examples:
              pivot notifications read notif_231
              pivot notifications read --all
            """)

    @OptionGroup var selection: NotificationSelection
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            guard !selection.all else {
                let counts = try await client.readAllNotifications()
                output.show(counts) { _ in ["All notifications are read."] }
                return
            }
            for id in selection.notifications {
                let one = try await client.readNotification(id)
                output.show(one) { _ in ["\(one.id) is read."] }
            }
        }
    }
}
