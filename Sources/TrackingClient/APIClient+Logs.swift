package import API
package import Tracking

extension APIClient {
    /// The session's output after the line number `after`, at most `limit` lines (100 when nil, 1,000 at most), in the
    /// order they arrived; with `source` only lines of stdout, stderr or log, and with `text` only those that contain it in any case.
    /// With `asOf` there are only those that had come then.
    ///
    /// One answer looks at a bounded number of lines: while its `lastLine` is below its `total`, there are more.
    package func logs(
        _ session: String, after: Int = 0, rank: Int? = nil, source: String? = nil, containing text: String? = nil,
        limit: Int? = nil, asOf: LogMoment? = nil
    ) async throws(ClientError) -> LogLineList {
        try await ask(
            .getLogs, session,
            query: [
                ("after", String(after)), ("rank", rank.map(String.init)), ("source", source), ("contains", text),
                ("limit", limit.map(String.init)), ("as_of", asOf?.description),
            ])
    }
}
