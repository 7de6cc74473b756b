import API
import Application
import Hummingbird
import JSON
import Tracking
import WebServer

/// Summaries of many sessions: the names that they use, and statistics of them in groups.
struct SessionSummaryEndpoints {
    let tracker: Tracker

    var all: [Endpoint] { [Endpoint(.listSessionNames, names), Endpoint(.listSessionGroups, groups)] }

    @Sendable private func names(_ call: Call) async throws -> Response {
        guard let kind = try call.query.choice("kind", of: SessionNameKind.self) else {
            let words = SessionNameKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw FieldError("kind", "is required: one of \(words)")
        }
        var query = SessionNameQuery(kind)
        query.prefix = call.query.text("prefix") ?? ""
        query.after = call.query.text("after")
        query.limit = try call.query.limit(maximum: 1000) ?? 100
        query.includesArchived = try call.query.includesArchived()
        return .read(try await tracker.queries.names(query, try call.freshness())) { page in
            var list = SessionNameList()
            list.kind = kind
            list.names = page.entries.map { entry in
                var name = SessionNameList.Entry()
                name.name = entry.name
                name.sessionCount = entry.sessionCount
                return name
            }
            list.next = page.next
            return list
        }
    }

    @Sendable private func groups(_ call: Call) async throws -> Response {
        let search = try SessionSearch(call.query)
        guard let text = call.query.text("by") else {
            throw FieldError("by", "is required: a field of the filter language, such as params.lr or experiment")
        }
        var query = SessionGroupQuery(by: try Self.column(text, "by"))
        query.filter = search.filter
        let names = call.query.list("values") ?? []
        guard names.count <= SessionGroupQuery.mostValues else {
            throw FieldError(
                "values", "names \(names.count) fields; at most \(SessionGroupQuery.mostValues) are allowed")
        }
        query.values = try names.map { try Self.column($0, "values") }
        query.statistics = try call.query.choices("statistics") ?? SeriesStatistic.allCases
        (query.limit, query.offset) = (search.limit, search.offset)
        let freshness = try call.freshness()
        let cost = try await tracker.queries.groupCost(query, freshness)
        let answer = try await tracker.reading(cost: cost) { [query] _ in
            try await tracker.queries.groups(query, freshness)
        }
        return .read(answer, nonfinite: try call.query.nonfinite()) { [query] page in
            var list = SessionGroupList()
            list.by = query.by.name
            list.groups = page.groups.map { SessionGroupList.Group($0, query.values) }
            (list.total, list.totalSessions) = (page.total, page.sessionCount)
            (list.limit, list.offset) = (query.limit, query.offset)
            return list
        }
    }

    private static func column(_ name: String, _ field: String) throws(FieldError) -> SessionColumn {
        guard let column = SessionColumn(name) else {
            throw FieldError(
                field,
                "must be a field of the filter language, such as params.lr, tags, group, experiment or "
                    + "metrics.NAME.min, not '\(name)'")
        }
        return column
    }
}

extension SessionGroupList.Group {
    fileprivate init(_ group: SessionGroup, _ columns: [SessionColumn]) {
        self.init()
        if !group.value.isNull { self.group = group.value }
        sessionCount = group.sessionCount
        sessionIDs = group.newest.map(\.text)
        values = zip(columns, group.statistics).map { column, numbers in
            var statistics = SessionGroupList.Statistics()
            statistics.field = column.name
            statistics.mean = numbers[.mean]
            statistics.std = numbers[.std]
            statistics.min = numbers[.min]
            statistics.max = numbers[.max]
            statistics.median = numbers[.median]
            statistics.count = numbers[.count].map { Int($0) }
            return statistics
        }
    }
}
