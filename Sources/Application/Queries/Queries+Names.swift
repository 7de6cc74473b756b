import ReadModels
package import Tracking

extension Queries {
    /// The names of params, metrics and the like, and the tags, experiments and groups, that sessions have now.
    package func names(_ query: SessionNameQuery, _ freshness: Freshness) async throws -> Answer<SessionNamePage> {
        precondition(!freshness.isPast, "columns have the names of the present")
        return try await read(freshness) { try $0.names(query) }
    }
}
