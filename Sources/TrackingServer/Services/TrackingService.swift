import Blobs
import EventLog
import Foundation
import Processes
import Projections
import Reactors
import Tracking
import TrainingConfiguration

/// What the routes share: the log and its commands, the read models, the blobs, and what lives in memory.
struct TrackingService: Sendable {
    let store: any EventStore
    let sessions: CommandHandler<SessionDecider>
    let webhooks: CommandHandler<WebhookDecider>
    let readModels: ReadModels
    let blobs: any BlobStore
    let leases: LeaseTable
    let tokens: LeaseTokens
    let configurations: ConfigurationRoots
    /// What sessions of kind `command` may start.
    let commands: AllowedCommands
    let monitor: ResourceMonitor
    let damage: DamageList
    let settings: ServerConfiguration
    /// Where the server keeps its data.
    let dataFolder: String
    let startedAt: Timestamp
    /// The time of day.
    let now: @Sendable () -> Timestamp
    /// A clock that never jumps, for leases.
    let elapsed: @Sendable () -> Duration

    /// A fresh id for a command whose sender gave none.
    func makeCommandID() -> CommandID {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        for _ in 0..<2 {
            let word = generator.next()
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
        }
        return CommandID(random: bytes)
    }

    /// Returns once the read models show everything up to `position`.
    ///
    /// - Throws: 503 when they do not within two seconds.
    func waitForReadModels(_ position: LogPosition) async throws {
        guard await readModels.waitUntilCaughtUp(to: position, within: .seconds(2)) else {
            throw APIError.unavailable(
                "The read models stand at \(readModels.position) and position \(position) was asked for. Try again.",
                code: "read_models_behind")
        }
    }

    /// The session's folded state.
    ///
    /// - Throws: 404 when there is no such session.
    func state(of session: Session.ID) async throws -> SessionState {
        let state = try await sessions.recentState(of: session.stream)
        guard state.status != nil else { throw APIError.unknownSession(session.text) }
        return state
    }
}
