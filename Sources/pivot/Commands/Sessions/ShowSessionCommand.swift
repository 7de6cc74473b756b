import API
package import ArgumentParser
import JSON
import Tracking
import TrackingClient

/// `pivot sessions show`
package struct ShowSessionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one session, now or as it was.",
        discussion: """
            Examples:
              pivot sessions show sess_7h2kq9d4
              pivot sessions show sess_7h2kq9d4 --as-of 120
              pivot sessions show sess_7h2kq9d4 --json
            """)

    @Argument(help: "The session's id, a beginning of it, its name, or @latest.")
    var session: String
    @OptionGroup var past: PastOption
    @Flag(help: "Print the resolved configuration too.")
    var config = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package mutating func run() async throws {
        try await server.withClient { client in
            session = try await client.sessionID(session, asOf: past.moment)
            let info = try await client.session(session, asOf: past.moment)
            output.show(info) { console in
                var lines = SessionPresentation.sheet(info, moment: console.moment).lines(nameStyle: console.dim)
                if config {
                    lines += [
                        "", String(decoding: JSONValue.object(info.configuration).encoded(pretty: true), as: UTF8.self),
                    ]
                }
                return lines
            }
        }
    }
}
