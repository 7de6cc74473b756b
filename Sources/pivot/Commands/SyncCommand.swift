package import ArgumentParser

/// `pivot sync`: delivers what Python programs that died, or could not reach their server, left in their spools.
///
/// The Python client owns the spool's format, so its own module reads it; this command only finds a Python that has it.
package struct SyncCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Deliver what Python programs could not send to their server.",
        discussion: """
            The Python client pivot-tracker writes everything to a spool on disk before sending it. This command \
            delivers what a program left there when it died or could not reach its server; each record is delivered \
            once, however often the command is run. Everything of this user is delivered, whatever program left it; \
            --dry-run lists it first.

            It runs the client's own module with PIVOT_PYTHON, else python3; pivot-tracker must be installed there \
            (pip install tools/python in a checkout of PIVOT).

            Examples:
              pivot sync --dry-run
              pivot sync
              pivot sync --spool /scratch/spool --json
            """)

    @Option(help: "The folder of the spools; by default PIVOT_SPOOL_DIR, else the client's own.")
    var spool: String?
    @Option(help: "The server; by default the one each spool was written for.")
    var url: String?
    @Option(help: "Only what programs logged to the session with this id.")
    var session: String?
    @Flag(help: "List what would be delivered, and deliver nothing.")
    var dryRun = false
    @Flag(help: "Print a JSON document instead of sentences.")
    var json = false

    package init() {}

    package func run() async throws {
        var arguments = ["sync"]
        if let spool { arguments += ["--spool", spool] }
        if let url { arguments += ["--url", url] }
        if let session { arguments += ["--session", session] }
        if dryRun { arguments.append("--dry-run") }
        if json { arguments.append("--json") }
        do {
            let status = try await PythonClient.run(arguments, needing: "pivot_tracker.sync")
            if status != 0 { throw ExitCode((status == 2 ? CommandStatus.usage : .failed).rawValue) }
        } catch let missing as PythonClient.Missing {
            try missing.end(json: json)
        }
    }
}
