import API
package import ArgumentParser
import TrackingClient

/// `pivot sessions note`
package struct NoteSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "note", abstract: "Write a session's notes.",
        discussion: """
            Without a text it prints the notes.

            Examples:
              pivot sessions note sess_7h2kq9d4 "The reference for the paper."
              pivot sessions note @latest --append "Stopped by hand."
            """)

    @Argument(help: "The session's id, a beginning of it, its name, or @latest.")
    var session: String
    @Argument(help: "The notes from now on.")
    var text: String?
    @Flag(help: "Add the text as a new line.")
    var append = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let present = try await client.session(try await client.sessionID(session))
            guard let text else {
                output.show(present) { _ in present.notes.map { [$0] } ?? [] }
                return
            }
            var changes = SessionChanges()
            changes.notes = append && present.notes != nil ? "\(present.notes ?? "")\n\(text)" : text
            let changed = try await client.updateSession(present.id, changes)
            output.show(changed) { _ in ["The notes of \(changed.id) are written."] }
        }
    }
}
