import API
package import ArgumentParser
import JSON
import Tracking
import TrackingClient

/// `pivot audit why`
package struct WhyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Tell where a model in use comes from, and prove it.",
        discussion: """
            Goes from the alias back to the checkpoint, its session, configuration, commit, data and the checkpoints that \
            these continued. Each step names its event in the log and is proven to be in the tree that the log's key has \
            signed. The events of sessions are proven with their content; of the one that set the alias, that it happened and \
            when.

            Examples:
              pivot audit why detector@production
              pivot audit why detector@production --as-of 2026-05-03
              pivot audit why detector@production --key log.pub --json
            """)

    @Argument(help: ArgumentHelp("The alias.", valueName: "name@alias"))
    var reference: Model.Reference
    @OptionGroup var past: PastOption
    @OptionGroup var keys: KeyOption
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print the steps and what is proven of them as JSON.")
    var json = false

    package init() {}

    package func run() async throws {
        let trusted = try keys.keys()
        try await server.withClient { client in
            let console = Console.standard
            let lineage = try await client.modelLineage(reference, asOf: past.moment)
            let proofs = try await LineageProofs.all(of: lineage, trusted: trusted, client)
            if json {
                console.printJSON(proofs.json(lineage))
            } else {
                for line in LineagePresentation(lineage, proofs).lines(console) { console.print(line) }
            }
            let wrong = proofs.steps.count { $0.outcome == .wrong }
            guard wrong == 0 else {
                throw CommandFailure(
                    .failed, "Not proved: \(wrong) of \(proofs.steps.count) steps are not what the log says.")
            }
        }
    }
}
