import API
package import ArgumentParser
import TrackingClient

/// `pivot retention run`
package struct RunRetentionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Apply the rules now, and not within the hour.",
        discussion: """
            Examples:
              pivot retention run
              pivot retention run --yes --json
            """)

    /// The sessions of one request, so that each is answered soon.
    private static let batch = 20

    @OptionGroup var confirmation: ConfirmationOption
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            if !confirmation.yes {
                let planned = try await client.previewRetention(limit: 1000)
                guard !planned.sessions.isEmpty else {
                    output.show(planned) { _ in [Self.nothing] }
                    return
                }
                try confirmation.ask(
                    "Take \(RetentionPresentation.amount(planned))\(planned.hasMore ? ", and more," : "") away?")
            }
            var total = RetentionReportInfo()
            repeat {
                total.add(try await client.runRetention(limit: Self.batch))
            } while total.hasMore
            let all = total
            output.show(all) { _ in
                guard !all.sessions.isEmpty else { return [Self.nothing] }
                return [
                    "\(RetentionPresentation.amount(all)) taken away.",
                    "Their bytes stay until the server is stopped and pivot compact has run; those of checkpoints, for a day.",
                ]
            }
        }
    }

    private static let nothing = "The rules take nothing now."
}

extension RetentionReportInfo {
    /// Takes in what was done after it.
    fileprivate mutating func add(_ next: RetentionReportInfo) {
        sessions += next.sessions
        recordCount += next.recordCount
        byteCount += next.byteCount
        checkpointCount += next.checkpointCount
        checkpointByteCount += next.checkpointByteCount
        hasMore = next.hasMore
    }
}
