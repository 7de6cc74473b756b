package import EventLog
import ReadModels
package import Tracking

/// What people are notified of, as it follows from the log, and what they did with it.
package struct Notifications: Sendable {
    /// The most notifications of one command.
    package static let mostPerCommand = 1000

    private let core: TrackerCore
    private let queries: Queries

    init(_ core: TrackerCore, queries: Queries) {
        self.core = core
        self.queries = queries
    }

    /// The id of the notification of the event at a place of the log.
    package static func id(_ position: UInt64) -> String { "notif_\(position)" }

    /// The place in the log of what a notification tells.
    package static func position(_ id: String) -> LogPosition? {
        guard id.hasPrefix("notif_"), let position = UInt64(id.dropFirst(6)), self.id(position) == id else {
            return nil
        }
        return LogPosition(position)
    }

    /// Marks one as read; answers it.
    package func read(_ text: String, as identity: CommandIdentity) async throws -> Written<NotificationDocument> {
        let known = try await queries.notification(text, .current).value
        guard !known.read else { return Written(known, at: core.store.head) }
        let outcome = try await handle(.read([LogPosition(known.position)]), identity)
        return Written(try await queries.notification(text, .after(outcome)).value, at: outcome)
    }

    /// Marks all that there are as read.
    package func readAll(as identity: CommandIdentity) async throws -> Written<NotificationMarksDocument> {
        try await written(try await handle(.readAll(through: core.store.head), identity))
    }

    /// Shows one no more; answers it as it was.
    package func clear(_ text: String, as identity: CommandIdentity) async throws -> Written<NotificationDocument> {
        let known = try await queries.notification(text, .current).value
        return Written(known, at: try await handle(.clear([LogPosition(known.position)]), identity))
    }

    /// Shows none of those that there are.
    package func clearAll(as identity: CommandIdentity) async throws -> Written<NotificationMarksDocument> {
        try await written(try await handle(.clearAll(through: core.store.head), identity))
    }

    private func handle(
        _ command: NotificationDecider.Command, _ identity: CommandIdentity
    ) async throws -> LogPosition {
        try await core.notifications.handle(command, on: NotificationDecider.stream, as: identity).last
    }

    private func written(_ position: LogPosition) async throws -> Written<NotificationMarksDocument> {
        let marks = try await queries.notifications(limit: 0, offset: 0, .after(position)) { _ in true }.value.marks
        return Written(marks, at: position)
    }
}
