import API
package import ArgumentParser
import TrackingClient

/// `pivot audit proof`
package struct ShowProofCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "proof", abstract: "Print one proof as the server gives it, for other programs.",
        discussion: """
            --position proves that a record is in the tree (RFC 9162, section 2.1.3), --from that the tree continues an \
            earlier one (section 2.1.4). Nothing is verified here.

            Examples:
              pivot audit proof --position 128
              pivot audit proof --position 128 --to 512
              pivot audit proof --from 128 --to 512
            """)

    @Option(help: ArgumentHelp("The record's position in the log.", valueName: "position"))
    var position: UInt64?
    @Option(help: ArgumentHelp("The size of the earlier tree.", valueName: "size"))
    var from: UInt64?
    @Option(help: ArgumentHelp("The size of the tree; by default the current one.", valueName: "size"))
    var to: UInt64?
    @OptionGroup var server: ServerOptions

    package init() {}

    package func validate() throws {
        guard (position == nil) != (from == nil) else { throw ValidationError("Give --position or --from.") }
    }

    package func run() async throws {
        try await server.withClient { client in
            if let position {
                Console.standard.printJSON(try await client.inclusionProof(of: position, size: to).json)
            } else if let from {
                Console.standard.printJSON(try await client.consistencyProof(from: from, to: to).json)
            }
        }
    }
}
