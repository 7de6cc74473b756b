package import ArgumentParser

/// `pivot alerts`
package struct AlertsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "See what is wrong, say that it is seen, and set the rules that watch.",
        subcommands: [
            ListAlertsCommand.self, ShowAlertCommand.self, AcknowledgeAlertsCommand.self, ResolveAlertsCommand.self,
            AlertRulesCommand.self,
        ], defaultSubcommand: ListAlertsCommand.self)

    package init() {}
}
