import Application
package import ArgumentParser
import Foundation
import JSON

/// `pivot doctor`
package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Examine a server's data, and repair what can be rebuilt.",
        discussion: """
            Reads everything in a data directory or a backup: every record of the log with its checksums and digest, the \
            tree over all of them, the journal, the read models, and every blob, compared with its digest and with what \
            names it. It works while a server runs, and changes nothing without --repair.

            --repair needs the server stopped. It builds read models and indexes again, deletes what processes that are \
            gone have left, and blobs that nothing has named for a day. The log is only ever written anew beside the old \
            one, which is kept. Damaged records and blobs come from a backup: see pivot restore.

            Exit status:
              0    healthy, or everything that was found is repaired
              1    something is wrong
              2    the command line is invalid

            Examples:
              pivot doctor
              pivot doctor --data-dir /data/pivot --repair
            """)

    @OptionGroup var data: DataFolderOption
    @Flag(help: "Repair what can be rebuilt; the server must not run.")
    var repair = false
    @Flag(help: "Print JSON.")
    var json = false

    package init() {}

    package func run() async throws {
        let folder = try data.existingFolder()
        var examination = try await Examination(of: folder)
        var done: [String] = []
        if repair {
            if let owner = examination.owner {
                throw CommandFailure(.failed, "\(folder) is in use by \(owner). Stop it, then repair.")
            }
            done = try await Repairs(folder: folder, examination: examination).run()
            if !done.isEmpty { examination = try await Examination(of: folder) }
        }
        show(examination, done)
        if examination.hasProblems { throw ExitCode(CommandStatus.failed.rawValue) }
    }

    private func show(_ examination: Examination, _ done: [String]) {
        let console = Console.standard
        if json {
            var object = examination.json.objectValue ?? [:]
            object["repaired"] = .array(done.map { .string($0) })
            return console.printJSON(.object(object))
        }
        for line in done { console.print(console.green("repaired") + "  " + line) }
        for finding in examination.findings {
            let mark = finding.isProblem ? console.red("problem") : console.dim("note")
            console.print("\(mark)  \(finding.part): \(finding.message)")
        }
        let amounts = "\(examination.recordCount) records and \(examination.objectCount) blobs were read"
        let isRepairable = examination.findings.contains { $0.repair != nil && $0.isProblem }
        console.print(
            examination.hasProblems
                ? "\(amounts); something is wrong." + (isRepairable ? " --repair repairs what can be rebuilt." : "")
                : "\(amounts); all is well.")
    }
}
