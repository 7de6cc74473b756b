import API
package import ArgumentParser
import JSON
import Tracking
import TrackingClient
import TrainingConfiguration

/// `pivot sessions resume`
package struct ResumeSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Continue a session, or start a new one from a checkpoint.",
        discussion: """
            A stopped or failed session continues from its last checkpoint, as if it had never been interrupted. Given \
            a checkpoint, a new session starts from it, with the configuration of the checkpoint's session and the \
            overrides given with --set.

            Examples:
              pivot sessions resume sess_7h2kq9d4 --follow
              pivot sessions resume ckpt_4k7q2m9x --set train.epochs=80 --name longer
            """)

    @Argument(help: ArgumentHelp("The session's or checkpoint's id.", valueName: "id"))
    var id: String
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "With a checkpoint: override a value of the configuration. May be repeated.", valueName: "key=value"))
    var settings: [String] = []
    @Option(help: "With a checkpoint: the new session's name.")
    var name: String?
    @Flag(help: "Keep running and show the training's progress.")
    var follow = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        guard id.hasPrefix("ckpt_") || (settings.isEmpty && name == nil) else {
            throw ValidationError("--set and --name need a checkpoint: a session continues with its own configuration.")
        }
    }

    package func run() async throws {
        try await server.withClient { client in
            let session = id.hasPrefix("ckpt_") ? try await newSession(client).id : try await client.sessionID(id)
            let started = try await client.startSession(session)
            if follow {
                let line = "Session \(started.id) (\(DisplayText.safe(started.name)))"
                if output.json { Console.standard.printError(line) } else { Console.standard.print(line) }
                try await TrainingFollower(
                    client: client, sessionID: started.id, asJSON: output.json, position: started.position,
                    leavesOnInterrupt: true
                ).run()
            } else {
                output.show(started) { _ in SessionPresentation.started(started) }
            }
        }
    }

    private func newSession(_ client: APIClient) async throws -> SessionInfo {
        let checkpoint = try await client.checkpoint(id)
        let parent = try await client.session(checkpoint.sessionID)
        let source: ConfigurationSource
        do throws(ConfigurationError) {
            var read = try ConfigurationSource(.object(parent.configuration))
            for setting in settings { try read.override(setting: setting) }
            source = read
        } catch {
            throw CommandFailure(.usage, error.description)
        }
        var new = NewSession(configuration: source.root)
        new.sessionName = name ?? parent.name
        new.tags = parent.tags
        new.experiment = parent.experiment
        new.checkpointID = checkpoint.id
        return try await client.createSession(new)
    }
}
