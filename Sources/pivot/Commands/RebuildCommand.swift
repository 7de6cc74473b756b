import API
package import ArgumentParser
import EventLog
import Foundation
import JSON
import Server
import Tracking
import TrackingClient

/// `pivot rebuild`: builds the read models anew from the log.
package struct RebuildCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Rebuild the read models from the event log.",
        discussion: """
            The read models hold nothing that is not in the log, so they can be rebuilt at any time. If a server is \
            using the data directory, it rebuilds them and keeps answering meanwhile; otherwise this command does it.

            Examples:
              pivot rebuild
              pivot rebuild --data-dir /data/pivot
            """)

    @OptionGroup var data: DataFolderOption

    @Flag(help: "Print JSON.")
    var json = false

    package init() {}

    package func run() async throws {
        let dataDirectory = try data.existingFolder()
        let position: UInt64
        if let owner = try DataDirectory.owner(ofFolderAt: dataDirectory) {
            guard owner.address.hasPrefix("http") else {
                throw CommandFailure(
                    .failed, "\(dataDirectory) is in use by \(owner). Wait until it has finished, then try again.")
            }
            position = try await rebuildThroughServer(at: owner.address)
        } else {
            let console = Console.standard
            let directory = try DataDirectory(path: dataDirectory, address: "pivot rebuild")
            position = try await OfflineRebuild.run(in: directory) { reached, head in
                console.setStatus("rebuilding: \(reached) of \(head)")
            }.rawValue
            directory.unlock()
        }
        if json {
            Console.standard.printJSON(["position": .integer(Int64(clamping: position))])
        } else {
            Console.standard.print("The read models are up to date at position \(position).")
        }
    }

    private func rebuildThroughServer(at address: String) async throws -> UInt64 {
        let client = APIClient(
            try ClientConfiguration(address: address, environment: ProcessInfo.processInfo.environment))
        do {
            var state = try await client.rebuildReadModels()
            repeat {
                try await Task.sleep(for: .milliseconds(200))
                state = try await client.rebuildState()
                Console.standard.setStatus("rebuilding: \(state.position) of \(state.head)")
            } while state.status == "rebuilding"
            try await client.shutDown()
            guard state.status == "following" else {
                throw CommandFailure(
                    .failed,
                    "The read models could not be rebuilt: "
                        + DisplayText.sentence(state.message ?? "see the server's log"))
            }
            return state.position
        } catch {
            try await client.shutDown()
            throw error
        }
    }
}
