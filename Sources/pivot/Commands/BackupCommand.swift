import Application
package import ArgumentParser
import EventLog
import Foundation
import JSON
import Tracking

/// `pivot backup`
package struct BackupCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Back up a server's data, whether the server runs or not.",
        discussion: """
            Copies the event log and all blobs into a folder, with everything that was acknowledged before the command \
            began. The next backup into the same folder adds what is new; one that was interrupted goes on. The target \
            - or --tar writes a whole backup to standard output as a tar archive instead, and its summary to standard error.

            The keys and secrets of the data directory are not in a backup: log-key, webhook-secret, lease-secret and \
            owner-secret. Keep the first two in another place if you want to sign as the same log, and to open the \
            secrets of webhooks, after a restore.

            Exit status:
            \(CommandStatus.table([.done, .failed, .usage]))

            Examples:
              pivot backup /backups/pivot
              pivot backup - | zstd > pivot.tar.zst
            """)

    @Argument(help: "The folder of the backup, or - for standard output.")
    var target: String?
    @Flag(help: "Write a tar archive to standard output.")
    var tar = false
    @OptionGroup var data: DataFolderOption
    @Flag(help: "Print JSON.")
    var json = false

    package init() {}

    package func validate() throws {
        let isStream = target == "-" || tar
        guard isStream || target != nil else { throw ValidationError("Name the folder of the backup, or --tar.") }
        guard !tar || target == nil || target == "-" else {
            throw ValidationError("A tar archive goes to standard output: leave the folder or --tar out.")
        }
    }

    package func run() async throws {
        let console = Console.standard
        let folder = tar || target == "-" ? nil : target
        if folder == nil, console.isTerminal {
            throw CommandFailure(.usage, "A tar archive is nothing for a terminal. Redirect the output to a file.")
        }
        let start = ContinuousClock().now
        let meter = BackupMeter()
        var options = EventLogOptions()
        options.release = PIVOTVersion.current
        let backup = Backup(
            of: try BackupSource(readingFolderAt: data.folder), release: PIVOTVersion.current, now: options.clock)
        let report: BackupReport
        if let folder {
            let target = try BackupFolder(path: folder, options: options)
            report = try await backup.run(into: target) { meter.update($0) }
            target.close()
        } else {
            let target = TarBackup(to: STDOUT_FILENO, time: options.clock())
            report = try await backup.run(into: target) { meter.update($0) }
        }
        meter.finish()
        let elapsed = ContinuousClock().now - start
        let show = { (line: String) in folder == nil ? console.printError(line) : console.print(line) }
        if json {
            show(String(decoding: Self.document(report, elapsed).encoded(), as: UTF8.self))
        } else {
            for line in Self.lines(report, elapsed) { show(line) }
        }
        guard report.manifest.damaged.isEmpty else {
            throw CommandFailure(
                .failed,
                "\(report.manifest.damaged.count) blobs are damaged and not in the backup; all else is. Run `pivot doctor` "
                    + "for what needs them. They are: \(report.manifest.damaged.map(\.description).joined(separator: ", "))"
            )
        }
    }

    private static func document(_ report: BackupReport, _ elapsed: Duration) -> JSONValue {
        [
            "from": .count(report.from.rawValue), "to": .count(report.to.rawValue),
            "records": .count(report.recordCount), "blobs": .count(report.objectCount),
            "bytes": .integer(report.byteCount), "seconds": .number(elapsed / .seconds(1)),
            "manifest": report.manifest.json,
        ]
    }

    private static func lines(_ report: BackupReport, _ elapsed: Duration) -> [String] {
        let seconds = HumanFormat.duration(elapsed)
        let added =
            report.recordCount == 0 && report.objectCount == 0
            ? "Nothing was new since position \(report.from)."
            : "Backed up \(report.recordCount) records, from position \(report.from) to \(report.to), and "
                + "\(report.objectCount) blobs: \(HumanFormat.size(report.byteCount)) in \(seconds)."
        return [
            added,
            "log-key, log-head and webhook-secret of the data directory are not in the backup. Keep them in another place.",
        ]
    }
}
