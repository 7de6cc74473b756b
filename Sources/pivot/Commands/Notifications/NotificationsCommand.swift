package import ArgumentParser

/// `pivot notifications`
package struct NotificationsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "notifications",
        abstract: "See what the server tells people: ended and interrupted trainings, alerts.",
        subcommands: [
            ListNotificationsCommand.self, ReadNotificationsCommand.self, ClearNotificationsCommand.self,
        ], defaultSubcommand: ListNotificationsCommand.self)

    package init() {}
}
