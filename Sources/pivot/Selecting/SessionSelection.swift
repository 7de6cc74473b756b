import ArgumentParser
import Tracking
import TrackingClient

/// The sessions that a command works on: named ones, or all that match a filter.
package struct SessionSelection: ParsableArguments {
    @Argument(help: "Ids, beginnings of ids, names, or @latest.")
    var sessions: [String] = []
    @Option(help: "Instead: all sessions for which this holds, in the filter language.")
    var filter: String?

    package init() {}

    package func validate() throws {
        guard sessions.isEmpty != (filter == nil) else {
            throw ValidationError("Name sessions, or give --filter; not both.")
        }
    }

    /// The ids of the sessions, of those that there are or were at `asOf`.
    func ids(_ client: APIClient, asOf: LogMoment? = nil) async throws -> [String] {
        if let filter { return try await client.sessionIDs(matching: filter, asOf: asOf) }
        return try await client.sessionIDs(sessions, asOf: asOf)
    }
}
