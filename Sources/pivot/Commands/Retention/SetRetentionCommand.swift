import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot retention set`
package struct SetRetentionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Make a rule, or change it to what is said now.",
        discussion: """
            The days are counted from when a session was archived, or with --status ended from when it was completed, stopped \
            or failed. Checkpoints that were uploaded, that an alias of a model points at or that another session continues \
            from are never deleted, nor is the last one of a session that is not completed.

            The server applies the rule within the hour. What it takes away is gone for good.

            Examples:
              pivot retention set telemetry --status archived --after-days 90 --redact logs
              pivot retention set best-3 --status ended --after-days 30 --keep-best-checkpoints 3 --yes
              pivot retention set demo --status ended --after-days 1 --redact logs --filter 'tags = demo'
            """)

    @Argument(help: "The rule's name.")
    var name: String
    @Option(help: "The sessions that it is about.")
    var status: RetentionRule.Status
    @Option(help: ArgumentHelp("The days after which it applies.", valueName: "days"))
    var afterDays: Int
    @Option(help: ArgumentHelp("What to take away. May be repeated.", valueName: "kind"))
    var redact: [RedactionKind] = []
    @Option(help: ArgumentHelp("How many of the best checkpoints stay.", valueName: "count"))
    var keepBestCheckpoints: Int?
    @Option(help: "Only sessions for which this holds, in the filter language.")
    var filter: String?
    @OptionGroup var confirmation: ConfirmationOption
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        try NumberOption.check("--after-days", afterDays, 0...Int(RetentionRule.days.upperBound))
        try NumberOption.check(
            "--keep-best-checkpoints", keepBestCheckpoints, 1...Int(RetentionRule.checkpointCounts.upperBound))
        guard !redact.isEmpty || keepBestCheckpoints != nil else {
            throw ValidationError("Say what the rule takes away: --redact, --keep-best-checkpoints, or both.")
        }
    }

    package func run() async throws {
        var request = RetentionRuleRequest()
        request.status = status
        request.filter = filter
        request.afterDays = UInt32(afterDays)
        request.redact = redact.isEmpty ? nil : redact
        request.keepBestCheckpoints = keepBestCheckpoints.map { UInt32($0) }
        try await server.withClient { [request] client in
            try confirmation.ask("Have this taken away from now on, every hour?")
            let rule = try await client.setRetentionRule(name, request)
            output.show(rule) { _ in
                [
                    "\(rule.ruleName): \(RetentionPresentation.words(rule)).",
                    "See what it would take now with: \(ProgramName.typed) retention preview",
                ]
            }
        }
    }
}
