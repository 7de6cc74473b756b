import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot models promote`
package struct PromoteModelCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Point a model's alias at a checkpoint.",
        discussion: """
            Who did it, when and why is recorded for good, and the checkpoint cannot be deleted while the alias points at \
            it. With --expect the alias only moves if it still points where you think it does.

            Examples:
              pivot models promote detector@staging sess_7h2kq9d4 --reason 'best on the new set'
              pivot models promote detector@production detector@staging --reason 'two weeks without complaints'
              pivot models promote detector@production ckpt_4k7q2m9x --expect ckpt_9w3e5r7t --reason 'roll back'
              pivot models promote detector@production ckpt_4k7q2m9x --expect none --reason 'first release'
            """)

    @Argument(help: ArgumentHelp("The alias.", valueName: "name@alias"))
    var reference: Model.Reference
    @Argument(help: "The checkpoint's id, an alias that points at it, or the session whose best one it is.")
    var checkpoint: String
    @Option(help: "Why, in 1 to 1,024 bytes.")
    var reason: String
    @Option(help: "Who does it; by default the name of your user here.")
    var by: String?
    @Option(help: "The checkpoint that the alias must point at until then, or none when there must be no such alias.")
    var expect: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            var target = AliasTarget()
            target.checkpointID = try await client.checkpointID(checkpoint)
            target.reason = reason
            target.by = ModelSpeaker.name(by)
            if let expect {
                target.expected = .some(expect == "none" ? nil : try await client.checkpointID(expect))
            }
            let alias = try await client.setModelAlias(reference, to: target)
            output.show(alias) { console in
                [
                    "\(reference) points at \(alias.checkpointID) of \(alias.sessionID) since \(console.moment(alias.setAt))"
                        + (alias.previousCheckpointID.map { "; it was \($0)." } ?? ".")
                ]
            }
        }
    }
}
