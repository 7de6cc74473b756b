package import ArgumentParser
import EventLog
import Foundation
import JSON
import Server

/// `pivot compact`: writes the log anew without what was removed from it.
package struct CompactCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Write the log anew without what was removed from it.",
        discussion: """
            What pivot redact has removed stays in unused parts of the log's file and its journal, and in those of the read \
            models, until they are written anew. The server must be stopped. The log is copied without its unused parts, the \
            copy is verified as a whole and takes the log's place in one step; the disk needs room for it. The read models are \
            deleted, and the next start of the server builds them again. The disk itself may keep freed blocks for a time.

            Examples:
              pivot server stop && pivot compact
              pivot compact --data-dir /data/pivot --json
            """)

    @OptionGroup var data: DataFolderOption

    @Flag(help: "Print JSON.")
    var json = false

    package init() {}

    package func run() async throws {
        let folder = try data.existingFolder()
        if let owner = try DataDirectory.owner(ofFolderAt: folder) {
            let remedy =
                owner.address.hasPrefix("http")
                ? "Stop the server with pivot server stop, then try again."
                : "Wait until it has finished, then try again."
            throw CommandFailure(.failed, "\(folder) is in use by \(owner). \(remedy)")
        }
        let directory = try DataDirectory(path: folder, address: "pivot compact")
        defer { directory.unlock() }
        let outcome = try await OfflineCompaction.run(in: directory)
        if json {
            Console.standard.printJSON([
                "byte_count_before": .count(outcome.byteCountBefore), "byte_count": .count(outcome.byteCountAfter),
                "record_count": .count(outcome.verification.recordCount),
                "redacted_count": .count(outcome.verification.redactedCount),
            ])
        } else {
            let (before, after) = (Int64(outcome.byteCountBefore), Int64(outcome.byteCountAfter))
            Console.standard.print(
                "The log has \(HumanFormat.size(after)) instead of \(HumanFormat.size(before)); its "
                    + "\(outcome.verification.recordCount) records are verified.")
            Console.standard.print("The next start of the server builds the read models again.")
        }
    }
}
