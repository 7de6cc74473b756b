import JSON
import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// Groups and their numbers, which come from the table of sessions, beside those made from every document.
struct SessionGroupingTests {
    private static let fields = [
        "experiment", "tags", "status", "params.lr", "params.kind", "params.train.lr", "config.flag",
        "metrics.acc.best",
        "metrics.final", "metrics.loss", "results.score", "notes", "epoch", "created_at", "archived",
    ]

    @Test(
        "Groups and their numbers are those of all documents, now and in the past",
        arguments: 1...4 as ClosedRange<UInt64>)
    func equality(seed: UInt64) throws {
        let (script, position) = try SessionLog.log(seed: seed)
        let models = try Documents(script).models
        for asOf in [nil, position, LogPosition(position.rawValue / 2)] {
            try models.read(asOf: asOf) { snapshot throws in
                for by in Self.fields {
                    let column = try #require(SessionColumn(by))
                    for filter in try [SessionFilter(), Self.filter("attempt > 0 and not (params.lr = 7)")] {
                        let made = try Self.groups(column, filter, snapshot)
                        #expect(
                            try Self.groups(of: column, filter, snapshot) == made,
                            "\(by) at \(String(describing: asOf))")
                    }
                }
            }
        }
    }

    @Test("The newest sessions of a group come first")
    func newest() throws {
        var script = EventScript()
        for number in 0..<200 {
            try script.append(.created(.with { $0.group = number % 2 == 0 ? "even" : "" }), to: "sess_\(number)")
        }
        try Documents(script).models.read { snapshot throws in
            let column = try #require(SessionColumn("group"))
            let grouping = try snapshot.grouping(SessionFilter(), by: column)
            let even = try #require(grouping.values.firstIndex(of: "even"))
            let none = try #require(grouping.values.firstIndex(of: .null))
            let ids = try snapshot.newestSessions(of: [none, even], in: grouping, limit: 40)
            #expect(ids[0].map(\.text) == (0..<40).map { "sess_\(199 - 2 * $0)" })
            #expect(ids[1].map(\.text) == (0..<40).map { "sess_\(198 - 2 * $0)" })
            #expect(grouping.sessionCount == 200 && grouping.counts[even] == 100)
        }
    }

    /// A group: how many sessions it has, and the numbers of each field.
    private struct Group: Equatable {
        var sessionCount = 0
        var numbers: [String: [Double]] = [:]
    }

    private static let numbered = [
        "metrics.acc", "metrics.loss.min", "params.lr", "params.kind", "results.score", "epoch", "tags",
    ]

    private static func filter(_ text: String) throws -> SessionFilter {
        var filter = SessionFilter()
        filter.condition = try SessionCondition(text)
        filter.includesArchived = true
        return filter
    }

    /// The groups of the table, by their values as JSON.
    private static func groups(
        of column: SessionColumn, _ filter: SessionFilter, _ snapshot: borrowing ReadModelSnapshot
    ) throws -> [String: Group] {
        let grouping = try snapshot.grouping(filter, by: column)
        var groups: [String: Group] = [:]
        let order = Array(grouping.values.indices.reversed())
        for group in order { groups[name(grouping.values[group])] = Group(sessionCount: grouping.counts[group]) }
        for field in numbered {
            let numbered = try #require(SessionColumn(field))
            for (group, numbers) in zip(order, try snapshot.numbers(of: numbered, in: grouping, groups: order)) {
                groups[name(grouping.values[group])]?.numbers[field] = numbers
            }
        }
        return groups
    }

    /// The groups of all documents.
    private static func groups(
        _ column: SessionColumn, _ filter: SessionFilter, _ snapshot: borrowing ReadModelSnapshot
    ) throws -> [String: Group] {
        var groups: [String: Group] = [:]
        for session in try snapshot.sessions(filter, limit: 1_000_000).sessions {
            let summaries = try snapshot.metricSummaries(of: session)
            let metrics = Dictionary(uniqueKeysWithValues: summaries.map { ($0.name, $0) })
            let values = session.values(of: column.field, metrics).map { name($0.json) }
            for value in Set(values.isEmpty ? [name(.null)] : values) {
                var group = groups[value] ?? Group()
                group.sessionCount += 1
                for field in numbered {
                    let numbered = try #require(SessionColumn(field))
                    let own = session.values(of: numbered.field, metrics)
                    let numbers = own.count == 1 ? own.compactMap { number($0) } : []
                    group.numbers[field] = ((group.numbers[field] ?? []) + numbers).sorted()
                }
                groups[value] = group
            }
        }
        return groups
    }

    private static func number(_ value: SessionCondition.Literal) -> Double? {
        let number: Double? =
            switch value {
            case .number(let number): number
            case .text(let text): Double(text)
            case .flag, .time: nil
            }
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    private static func name(_ value: JSONValue) -> String { String(decoding: value.encoded(), as: UTF8.self) }
}
