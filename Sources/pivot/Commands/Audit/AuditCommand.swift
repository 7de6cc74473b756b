package import ArgumentParser

/// `pivot audit`
package struct AuditCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Prove that nothing in the log was changed, to yourself and to others.",
        discussion: """
            Every event is a leaf of a tree whose head the server signs. Whoever keeps a tree head can hold the server to it \
            for ever: the next one must continue it. 'pivot audit verify' does that from any machine; a bundle lets others \
            check a session without the server.
            """,
        subcommands: [
            VerifyLogCommand.self, ExportEvidenceCommand.self, CheckBundleCommand.self, ShowProofCommand.self,
            ShowLogKeysCommand.self, RotateLogKeyCommand.self, WitnessCommand.self, WhyCommand.self,
        ])

    package init() {}
}
