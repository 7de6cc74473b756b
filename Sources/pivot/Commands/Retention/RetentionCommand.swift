package import ArgumentParser

/// `pivot retention`
package struct RetentionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "retention", abstract: "Say what is kept of sessions, and for how long.",
        discussion: """
            Rules take content out of old sessions' records, as pivot redact does, and delete checkpoints that are not among \
            the best. The server applies them every hour.
            """,
        subcommands: [
            ListRetentionCommand.self, SetRetentionCommand.self, RemoveRetentionCommand.self,
            PreviewRetentionCommand.self, RunRetentionCommand.self,
        ])

    package init() {}
}
