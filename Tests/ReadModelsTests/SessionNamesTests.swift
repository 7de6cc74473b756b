import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// The names that exist, which come from the table of sessions, beside the names that every document has.
struct SessionNamesTests {
    @Test("The pages of names are the names of all documents", arguments: 1...4 as ClosedRange<UInt64>, [false, true])
    func equality(seed: UInt64, includesArchived: Bool) throws {
        let models = try Documents(try SessionLog.log(seed: seed).script).models
        for kind in SessionNameKind.allCases {
            let made = try models.read { try Self.names(kind, includesArchived, $0) }
            #expect(try Self.all(kind, limit: 2, includesArchived, models) == made, "\(kind)")
            #expect(try Self.all(kind, limit: 1000, includesArchived, models) == made, "\(kind)")
        }
    }

    @Test("A prefix, a place to go on from and a limit bound what is listed")
    func bounds() throws {
        var script = EventScript()
        try script.append(
            .created(
                .with {
                    $0.params = ["a", "ab", "abc", "b", "B", "\u{0}a"].map { .text($0, "1") }
                    $0.tags = ["x", "y", "y"]
                    $0.configuration = #"{"a":{"b":1},"b":2}"#
                }))
        let models = try Documents(script).models
        func listed(_ kind: SessionNameKind, _ change: (inout SessionNameQuery) -> Void) throws -> SessionNamePage {
            var query = SessionNameQuery(kind)
            change(&query)
            return try models.read { [query] in try $0.names(query) }
        }
        #expect(try listed(.params) { $0.prefix = "a" }.entries.map(\.name) == ["a", "a.b", "ab", "abc"])
        #expect(try listed(.config) { $0.prefix = "a" }.entries.map(\.name) == ["a.b"])
        #expect(try listed(.params) { $0.prefix = "\u{0}" }.entries.map(\.name) == ["\u{0}a"])
        #expect(try listed(.params) { $0.prefix = "ac" } == SessionNamePage())
        let page = try listed(.params) { ($0.after, $0.limit) = ("a", 2) }
        #expect(page.entries.map(\.name) == ["a.b", "ab"] && page.next == "ab")
        // Both the param and the configuration's value are of one name.
        #expect(try listed(.params) { $0.prefix = "b" }.entries == [.init(name: "b", sessionCount: 1)])
        #expect(try listed(.tags) { $0.limit = 1 }.next == "x")
        #expect(try listed(.tags) { $0.after = "x" }.entries == [.init(name: "y", sessionCount: 1)])
        #expect(try listed(.groups) { _ in } == SessionNamePage())
    }

    @Test("Long names that are alike are told apart and paged through")
    func longNames() throws {
        var script = EventScript()
        let stem = String(repeating: "é", count: 90)
        let names = (0..<20).map { stem + String($0) } + ["short"]
        try script.append(.created(.with { $0.params = names.map { .number($0, 1) } }))
        for name in names {
            let points = MetricSeries.points(name, steps: [1], values: [1])
            try script.append(.metricsReported(.with { $0.series = [points] }))
        }
        let models = try Documents(script).models
        for kind in [SessionNameKind.params, .metrics] {
            let listed = try Self.all(kind, limit: 3, false, models)
            #expect(Set(listed.map(\.name)) == Set(names) && listed.count == names.count)
            var query = SessionNameQuery(kind)
            query.prefix = stem + "1"
            let some = try models.read { [query] in try $0.names(query) }.entries.map(\.name)
            #expect(Set(some) == Set(names.filter { $0.hasPrefix(stem + "1") }))
        }
    }

    @Test("A name that only a deleted session had is gone")
    func deletion() throws {
        var script = EventScript()
        try script.append(
            .created(
                .with {
                    $0.params = [.text("a", "1")]; $0.experiment = "e"
                }))
        try script.append(.deleted(Deleted()))
        let models = try Documents(script).models
        for kind in [SessionNameKind.params, .experiments] {
            #expect(try models.read { try $0.names(SessionNameQuery(kind)) } == SessionNamePage())
        }
    }

    /// All names of a kind, page by page.
    private static func all(
        _ kind: SessionNameKind, limit: Int, _ includesArchived: Bool, _ models: ReadModels
    ) throws -> [SessionNamePage.Entry] {
        var query = SessionNameQuery(kind)
        (query.limit, query.includesArchived) = (limit, includesArchived)
        var entries: [SessionNamePage.Entry] = []
        while true {
            let page = try models.read { [query] in try $0.names(query) }
            entries += page.entries
            guard let next = page.next else { return entries }
            query.after = next
        }
    }

    /// The names of a kind in the documents of all sessions.
    private static func names(
        _ kind: SessionNameKind, _ includesArchived: Bool, _ snapshot: borrowing ReadModelSnapshot
    ) throws -> [SessionNamePage.Entry] {
        var filter = SessionFilter()
        filter.includesArchived = includesArchived
        var counts: [String: Int] = [:]
        for session in try snapshot.sessions(filter, limit: 1_000_000).sessions {
            let names: [String] =
                switch kind {
                case .params: (session.params + session.configurationValues).map(\.name)
                case .config: session.configurationValues.map(\.name)
                case .metrics:
                    try snapshot.metricSummaries(of: session).map(\.name) + session.finalMetrics.map(\.name)
                case .results: session.results.map(\.name)
                case .tags: session.tags
                case .experiments: session.experiment.isEmpty ? [] : [session.experiment]
                case .groups: session.group.isEmpty ? [] : [session.group]
                }
            for name in Set(names) { counts[name, default: 0] += 1 }
        }
        return counts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { .init(name: $0.key, sessionCount: $0.value) }
    }
}
