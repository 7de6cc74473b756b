import API
package import ArgumentParser
import TrackingClient

/// `pivot audit rotate-key`
package struct RotateLogKeyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rotate-key", abstract: "Have a new key sign the log's tree heads.",
        discussion: """
            The key before signs too for the days of --overlap, 90 by default, so that those who know only it have time to \
            learn the new one; then its secret is deleted. The change is an event of the log, which the old key has signed. \
            When a secret has leaked, give --overlap 0.

            Examples:
              pivot audit rotate-key
              pivot audit rotate-key --overlap 0
            """)

    @Option(help: ArgumentHelp("The days for which the key before signs too.", valueName: "days"))
    var overlap: Double?
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print the server's JSON.")
    var json = false

    package init() {}

    package func validate() throws {
        if let overlap, !(0...3650).contains(overlap) {
            throw ValidationError("--overlap must be from 0 to 3650 days, not \(overlap).")
        }
    }

    package func run() async throws {
        try await server.withClient { client in
            let list = try await client.rotateLogKey(overlapDays: overlap)
            if json { return Console.standard.printJSON(list.json) }
            let console = Console.standard
            guard let newest = list.keys.first else { return }
            console.print("A new key signs the tree heads. Tell those who verify them:")
            console.print(DisplayText.safe(newest.verifierKey))
            for key in list.keys.dropFirst() where key.status != "retired" {
                let until = key.signsUntil.map { " until \(console.moment($0))" } ?? ""
                console.print("This one signs too\(until): \(DisplayText.safe(key.verifierKey))")
            }
        }
    }
}
