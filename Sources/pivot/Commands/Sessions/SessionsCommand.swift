package import ArgumentParser

/// `pivot sessions`
package struct SessionsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "Find, create, start, stop, change and delete sessions.",
        subcommands: [
            ListSessionsCommand.self, GroupSessionsCommand.self, ShowSessionCommand.self, CreateSessionCommand.self,
            StartSessionCommand.self,
            StopSessionCommand.self, ResumeSessionCommand.self, FollowSessionCommand.self, RenameSessionCommand.self,
            TagSessionCommand.self, NoteSessionCommand.self, ArchiveSessionCommand.self, UnarchiveSessionCommand.self,
            DeleteSessionCommand.self,
        ])

    package init() {}
}
