import API
package import ArgumentParser
import TrackingClient

/// `pivot train`
package struct TrainCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Run the training that a configuration file describes and show its progress.",
        discussion: """
            If no server answers on this machine, one is started in the background; it keeps its data in \
            ~/.local/share/pivot (see pivot server) and may start the program that the file names (trainer.kind: \
            command). The first Ctrl-C stops the training, which saves a checkpoint; a second one detaches without \
            waiting.

            Examples:
              pivot train configs/quickstart.yaml
              pivot train configs/train.yaml --set train.epochs=5 --name short --tag trial
              pivot train configs/train.yaml --detach --json
            """)

    @OptionGroup var configuration: ConfigurationOptions
    @Flag(help: "Start the training and return immediately.")
    var detach = false
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print the result as JSON; the progress goes to standard error.")
    var json = false

    package init() {}

    package func run() async throws {
        let console = Console.standard
        var new = try configuration.newSession(warn: console.printError)
        try await server.withClient { client in
            try await ServerStarter(client: client, allowedCommands: configuration.commands(of: new))
                .ensureServer(console: console)
            if let checkpoint = new.checkpointID { new.checkpointID = try await client.checkpointID(checkpoint) }
            let created = try await client.createSession(new)
            let started = try await client.startSession(created.id)
            let line = "Session \(started.id) (\(DisplayText.safe(started.name))) at \(client.configuration.address)"
            if detach {
                if json {
                    console.printJSON(started.json)
                } else {
                    console.print(line)
                    if let hint = SessionPresentation.claimHint(started.summary) { console.print(hint) }
                    console.print("Watch it with: \(ProgramName.typed) sessions follow \(started.id)")
                }
                return
            }
            for line in [line, SessionPresentation.claimHint(started.summary)].compactMap({ $0 }) {
                if json { console.printError(line) } else { console.print(line) }
            }
            try await TrainingFollower(
                client: client, sessionID: started.id, asJSON: json, position: created.position
            ).run()
        }
    }
}
