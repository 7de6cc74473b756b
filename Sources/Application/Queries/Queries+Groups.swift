import ReadModels
import Tracking

extension Queries {
    /// Sessions in groups, and how the numbers of each group lie.
    package func groups(_ query: SessionGroupQuery, _ freshness: Freshness) async throws -> Answer<SessionGroupPage> {
        try await read(freshness) { snapshot in
            let grouping = try snapshot.grouping(query.filter, by: query.by)
            let order = grouping.values.indices.sorted { grouping.values[$0].precedesAsGroup(grouping.values[$1]) }
            let chosen = Array(order.dropFirst(query.offset).prefix(query.limit))
            let newest = try snapshot.newestSessions(
                of: chosen, in: grouping, limit: SessionGroupQuery.mostNamedSessions)
            var groups = chosen.indices.map { index in
                SessionGroup(
                    value: grouping.values[chosen[index]], sessionCount: grouping.counts[chosen[index]],
                    newest: newest[index], statistics: [])
            }
            for column in query.values {
                let numbers = try snapshot.numbers(of: column, in: grouping, groups: chosen)
                for (index, numbers) in numbers.enumerated() {
                    var statistics: [SeriesStatistic: Double] = [:]
                    for statistic in query.statistics where !numbers.isEmpty || statistic == .count {
                        statistics[statistic] = numbers.isEmpty ? 0 : statistic.of(numbers)
                    }
                    groups[index].statistics.append(statistics)
                }
            }
            return SessionGroupPage(
                groups: groups, total: grouping.values.count, sessionCount: grouping.sessionCount)
        }
    }

    /// The work of `groups`, an estimate in points.
    package func groupCost(_ query: SessionGroupQuery, _ freshness: Freshness) async throws -> Int {
        try await read(freshness) { snapshot in
            let perColumn = try snapshot.knownSessionCount() / 8 + snapshot.changedSessionCount() * 4
            return perColumn * (1 + query.values.count)
        }.value
    }
}
