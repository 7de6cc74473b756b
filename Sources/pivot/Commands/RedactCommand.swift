import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot redact`
package struct RedactCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "redact", abstract: "Take content out of a session's records for good.",
        discussion: """
            The records' headers stay, so every proof of the log stays valid, and an event says who removed what, when and \
            why. Kinds: logs (the text of log lines), host_readings (their values), notes, and provenance (the values of the \
            facts: command lines, host names, commits). Notes and provenance go as a whole. What decides over a session cannot \
            be removed: its configuration, metrics, epochs, checkpoints and artifacts' names.

            No answer shows the content any more; its bytes stay in unused parts of the log's files until pivot compact, \
            and in backups and archives made before. This cannot be undone.

            Examples:
              pivot redact sess_7h2kq9d4 --kind logs --reason "names of patients" --dry-run
              pivot redact sess_7h2kq9d4 --kind logs --before 2026-01-31T12:00:00Z --reason "kept for a year"
              pivot redact @latest --kind notes --kind provenance --reason "asked for by ana" --yes
            """)

    @Argument(help: "The session's id, a beginning of it, its name, or @latest.")
    var session: String
    @Option(
        name: .customLong("kind"),
        help: ArgumentHelp(
            "What to remove: logs, host_readings, notes or provenance; several times for several.", valueName: "kind"))
    var kinds: [String]
    @Option(help: "Why, for those who read the log.")
    var reason: String
    @Option(help: ArgumentHelp("Only log lines and host readings recorded before this time.", valueName: "time"))
    var before: String?
    @Flag(help: "Say what would go, and remove nothing.")
    var dryRun = false
    @OptionGroup var confirmation: ConfirmationOption
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        for kind in kinds where RedactionKind(rawValue: kind) == nil {
            throw ValidationError("--kind must be logs, host_readings, notes or provenance, not '\(kind)'.")
        }
        if let before, Timestamp(before) == nil {
            throw ValidationError("--before must be a time such as 2026-01-31T12:00:00Z, not '\(before)'.")
        }
    }

    package func run() async throws {
        try await server.withClient { client in
            let id = try await client.sessionID(session)
            var request = RedactionRequest()
            request.kinds = kinds.compactMap { RedactionKind(rawValue: $0) }
            request.reason = reason
            request.before = before.flatMap { Timestamp($0) }
            request.isDryRun = true
            let planned = try await client.redactSession(id, request)
            let (count, byteCount) = (
                planned.recordCount + planned.remainingCount, planned.byteCount + planned.remainingByteCount
            )
            let what = Self.amount(count, byteCount)
            guard !dryRun, count > 0 else {
                output.show(planned) { _ in
                    [count == 0 ? "There is nothing to remove from \(id)." : "\(what) of \(id) would be removed."]
                }
                return
            }
            try confirmation.ask("Remove \(what) of \(id)?")
            request.isDryRun = nil
            var total = planned
            (total.recordCount, total.byteCount, total.isDryRun) = (0, 0, false)
            repeat {
                let done = try await client.redactSession(id, request)
                total.recordCount += done.recordCount
                total.byteCount += done.byteCount
                (total.remainingCount, total.remainingByteCount) = (done.remainingCount, done.remainingByteCount)
                (total.position, total.recordedAt) = (
                    done.position ?? total.position, done.recordedAt ?? total.recordedAt
                )
                guard done.recordCount > 0 else { break }
            } while total.remainingCount > 0
            output.show(total) { _ in
                [
                    "\(Self.amount(total.recordCount, total.byteCount)) of \(id) removed by event "
                        + "\(total.position ?? 0).",
                    "Their bytes stay in unused parts of the log's files until the server is stopped and pivot compact has run.",
                ]
            }
        }
    }

    /// Records and their bytes, in words.
    static func amount(_ count: Int, _ byteCount: Int) -> String {
        "\(count) record\(count == 1 ? "" : "s") (\(HumanFormat.size(Int64(byteCount))))"
    }
}
