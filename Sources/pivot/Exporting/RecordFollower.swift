import Tracking
import TrackingClient

/// Reads the log as it grows, and hands over what has come.
enum RecordFollower {
    /// How long what has come may wait for more before it is written.
    static let flushInterval = Duration.milliseconds(500)

    /// Calls `write` with the records after `position`, of one session or of all, until the task is cancelled. There may be
    /// none in a call.
    static func follow(
        _ client: APIClient, session: String?, after position: UInt64,
        _ write: ([EventRecord]) async throws -> Void
    ) async throws {
        let inbox = RecordInbox()
        let feed = client.records(session: session, after: position)
        let reading = Task {
            do {
                for try await item in feed {
                    switch item {
                    case .interrupted(let error, _): Console.standard.remark(error)
                    case .entry(let record): await inbox.add(record)
                    }
                }
            } catch {
                await inbox.fail(error)
            }
        }
        defer { reading.cancel() }
        while true {
            try await write(inbox.take())
            if let failure = await inbox.failure { throw failure }
            try await client.pause(flushInterval)
        }
    }
}
