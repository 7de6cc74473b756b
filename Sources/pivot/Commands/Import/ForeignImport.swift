import ArgumentParser
import Foundation
import TrackingClient

/// What all imports from other trackers take.
package struct ForeignImport: ParsableArguments {
    @Option(help: "The server's address; by default PIVOT_URL, else http://127.0.0.1:8000.")
    var url: String?
    @Option(help: ArgumentHelp("The experiment of the sessions; by default the source's own.", valueName: "name"))
    var experiment: String?
    @Option(help: ArgumentHelp("A tag of new sessions. May be repeated.", valueName: "tag"))
    var tag: [String] = []
    @Flag(help: "List what would be imported, and import nothing.")
    var dryRun = false
    @Flag(help: "Print what was done, or what failed, as one JSON object.")
    var json = false

    package init() {}

    /// Runs the importer of `format`, whose progress and messages are shown as they come, and ends with its status.
    func run(_ format: String, _ sources: [String], options: [String] = []) async throws {
        let named = try ClientConfiguration(address: url, environment: ProcessInfo.processInfo.environment).address
        var arguments = ["import", format, "--url", OwnServer.address(meantBy: named).text]
        if let experiment { arguments.append("--experiment=" + experiment) }
        arguments += tag.map { "--tag=" + $0 }
        if dryRun { arguments.append("--dry-run") }
        if json { arguments.append("--json") }
        do {
            let status = try await PythonClient.run(
                arguments + options + ["--"] + sources, needing: "pivot_tracker.imports.command")
            if status != 0 { throw ExitCode(status) }
        } catch let missing as PythonClient.Missing {
            try missing.end(json: json)
        }
    }
}
