package import API
package import Tracking

extension APIClient {
    /// The session's output after the line number `after`, at most `limit` lines (100 when nil, 1,000 at most), in the
    /// order they arrived. With `asOf` there are only those that had come then.
    package func logs(
        _ session: String, after: Int = 0, rank: Int? = nil, limit: Int? = nil, asOf: LogMoment? = nil
    ) async throws(ClientError) -> LogLineList {
        try await ask(
            .getLogs, session,
            query: [
                ("after", String(after)), ("rank", rank.map(String.init)), ("limit", limit.map(String.init)),
                ("as_of", asOf?.description),
            ])
    }
}
