import API
package import ArgumentParser
import TrackingClient

/// `pivot sessions create`
package struct CreateSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a session without starting it.",
        discussion: """
            Examples:
              pivot sessions create configs/train.yaml --name baseline --tag unet
              pivot sessions create configs/train.yaml --set train.epochs=80 --checkpoint ckpt_4k7q2m9x
              pivot sessions create configs/train.yaml --dry-run
            """)

    @OptionGroup var configuration: ConfigurationOptions
    @Flag(help: "Only say whether the server would create it, and from which configuration with --json.")
    var dryRun = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        var new = try configuration.newSession(warn: Console.standard.printError)
        try await server.withClient { client in
            if let checkpoint = new.checkpointID { new.checkpointID = try await client.checkpointID(checkpoint) }
            guard !dryRun else { return try show(try await client.checkSession(new)) }
            let session = try await client.createSession(new)
            output.show(session) { _ in
                [
                    "Created \(session.id) (\(DisplayText.safe(session.name))).",
                    SessionPresentation.claimHint(session.summary)
                        ?? "Start it with: \(ProgramName.typed) sessions start \(session.id)",
                ]
            }
        }
    }

    /// Shows what would come of the creation.
    /// - Throws: `CommandFailure` with the status `usage` and all problems when it would be refused.
    private func show(_ check: SessionCheckInfo) throws(CommandFailure) {
        guard check.isValid else {
            if output.json { Console.standard.printJSON(check.json) }
            throw CommandFailure(.usage, check.problems.map(\.message).joined(separator: "\n"))
        }
        output.show(check) { _ in
            let epochs = check.totalEpochs.map { $0 > 0 ? ", \($0) epochs" : "" } ?? ""
            let name = DisplayText.safe(check.sessionName ?? "")
            return ["The server would create \(name) (\(check.trainer ?? "")\(epochs)). Nothing was created."]
        }
    }
}
