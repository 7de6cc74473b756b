package import ArgumentParser

/// `pivot sessions`
package struct SessionsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "Find, create, start, stop and archive sessions.",
        subcommands: [
            ListSessionsCommand.self, ShowSessionCommand.self, CreateSessionCommand.self, StartSessionCommand.self,
            StopSessionCommand.self, ResumeSessionCommand.self, FollowSessionCommand.self, ArchiveSessionCommand.self,
        ])

    package init() {}
}
