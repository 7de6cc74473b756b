package import ArgumentParser

/// `pivot alerts rules`
package struct AlertRulesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "List, create, change, switch on and off and delete the rules that raise alerts.",
        subcommands: [
            ListAlertRulesCommand.self, ShowAlertRuleCommand.self, CreateAlertRuleCommand.self,
            UpdateAlertRuleCommand.self, EnableAlertRulesCommand.self, DisableAlertRulesCommand.self,
            DeleteAlertRulesCommand.self,
        ], defaultSubcommand: ListAlertRulesCommand.self)

    package init() {}
}
