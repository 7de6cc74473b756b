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
            """)

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        var new = try configuration.newSession(warn: Console.standard.printError)
        try await server.withClient { client in
            if let checkpoint = new.checkpointID { new.checkpointID = try await client.checkpointID(checkpoint) }
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
}
