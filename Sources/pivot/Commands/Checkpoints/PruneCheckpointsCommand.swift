import API
package import ArgumentParser
import TrackingClient

/// `pivot checkpoints prune`
package struct PruneCheckpointsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Delete a session's checkpoints but its best, its last and those of stops.",
        discussion: """
            Checkpoints that were uploaded stay, and so does what other sessions continue from, and what aliases of models \
            point at. The disk has the room \
            back within a day, or within minutes when it is short. 'pivot storage' shows how much that is.

            Examples:
              pivot checkpoints prune sess_7h2kq9d4 --dry-run
              pivot checkpoints prune sess_7h2kq9d4 @latest
            """)

    @Argument(help: "The sessions' ids, beginnings of them, names, or @latest.")
    var sessions: [String]
    @Flag(help: "Only show what would be deleted.")
    var dryRun = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            var surplus: [CheckpointInfo] = []
            for session in sessions {
                let id = try await client.sessionID(session)
                surplus += try await client.checkpoints(session: id, superseded: true).checkpoints.filter(\.isPrunable)
            }
            var list = CheckpointList()
            let console = Console.standard
            for checkpoint in surplus {
                do throws(ClientError) {
                    list.checkpoints.append(
                        dryRun ? checkpoint : try await client.deleteCheckpoint(checkpoint.id, reason: "pruned"))
                } catch {
                    guard error.serverCode == "checkpoint_aliased" else { throw error }
                    console.printError("Kept \(checkpoint.id): \(error.message)")
                }
            }
            list.total = list.checkpoints.count
            let all = list
            output.show(all) { _ in
                guard !all.checkpoints.isEmpty else { return ["There is nothing to prune."] }
                let verb = dryRun ? "Would delete" : "Deleted"
                return all.checkpoints.map { "\(verb) \($0.id) of \($0.sessionID), epoch \($0.epoch)." }
            }
        }
    }
}

extension CheckpointInfo {
    /// True for what pruning deletes: saved by a trainer, and neither the best nor the last one nor that of a stop.
    fileprivate var isPrunable: Bool { source == "trainer" && !isBest && marks.isEmpty }
}
