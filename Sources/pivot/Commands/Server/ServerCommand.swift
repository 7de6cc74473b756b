package import ArgumentParser

/// `pivot server`
package struct ServerCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "server", abstract: "Start, stop and look at the server in the background.",
        discussion: """
            This is the server that `pivot train` starts when none answers. To run one in the foreground, use pivot serve.
            """,
        subcommands: [
            StartServerCommand.self, StopServerCommand.self, ServerStatusCommand.self, ServerLogsCommand.self,
        ])

    package init() {}
}
