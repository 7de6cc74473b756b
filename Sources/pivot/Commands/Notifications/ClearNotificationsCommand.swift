import API
package import ArgumentParser
import TrackingClient

/// `pivot notifications clear`
package struct ClearNotificationsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "Take notifications out of the list; the log keeps what they tell.",
        discussion: """
            Examples:
              pivot notifications clear notif_231
              pivot notifications clear --all
            """)

    @OptionGroup var selection: NotificationSelection
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            guard !selection.all else {
                let counts = try await client.clearNotifications()
                output.show(counts) { _ in ["All notifications are cleared."] }
                return
            }
            for id in selection.notifications {
                let one = try await client.clearNotification(id)
                output.show(one) { _ in ["\(one.id) is cleared."] }
            }
        }
    }
}
