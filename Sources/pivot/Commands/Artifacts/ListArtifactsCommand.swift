import API
package import ArgumentParser
import TrackingClient

/// `pivot artifacts list`
package struct ListArtifactsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a session's files.",
        discussion: """
            Examples:
              pivot artifacts list sess_7h2kq9d4
              pivot artifacts list sess_7h2kq9d4 --prefix plots/ --json
              pivot artifacts list sess_7h2kq9d4 --kind image --key overlay
            """)

    @Argument(help: "The session's id, a beginning of it, its name, or @latest.")
    var session: String
    @Option(help: "Only paths that begin with this.")
    var prefix: String?
    @Option(help: "Only artifacts of this kind: image, histogram, table, figure or file.")
    var kind: String?
    @Option(help: "Only artifacts saved under this key, in the order of their steps.")
    var key: String?
    @OptionGroup var past: PastOption
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package mutating func run() async throws {
        try await server.withClient { client in
            session = try await client.sessionID(session, asOf: past.moment)
            let page = try await client.artifacts(
                session, prefix: prefix, kind: kind, key: key, asOf: past.moment)
            output.show(page) { console in
                guard !page.artifacts.isEmpty else { return ["There are no artifacts."] }
                var table = TextTable([
                    .init("PATH", mayShrink: true), .init("VERSION", isNumeric: true), .init("SIZE", isNumeric: true),
                    .init("TYPE", mayShrink: true), .init("KEY", mayShrink: true), .init("STEP", isNumeric: true),
                    .init("CREATED"),
                ])
                let ordered = page.artifacts.sorted {
                    ($0.key ?? "", $0.step ?? .min, $0.path) < ($1.key ?? "", $1.step ?? .min, $1.path)
                }
                for artifact in ordered {
                    table.add([
                        artifact.path, "\(artifact.version)", HumanFormat.size(artifact.byteCount),
                        artifact.contentType, artifact.key ?? "", artifact.step.map { "\($0)" } ?? "",
                        console.moment(artifact.createdAt),
                    ])
                }
                return table.lines(width: console.width, headingStyle: console.bold)
            }
        }
    }
}
