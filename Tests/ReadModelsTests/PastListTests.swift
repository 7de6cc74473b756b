import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// Lists of past positions: each is the list of a server whose log ends there.
struct PastListTests {
    /// A question that a list answers.
    private struct Question: CustomStringConvertible {
        var text: String
        var filter: SessionFilter
        var order: SessionOrder
        var limit: Int
        var offset: Int

        init?(_ random: inout SeededGenerator) throws {
            text = SessionLog.condition(&random)
            filter = SessionFilter()
            guard let condition = SessionLog.parsed(text) else { return nil }
            if !random.once(in: 4) { filter.condition = condition }
            filter.includesArchived = random.once(in: 2)
            if random.once(in: 5) { filter.tags = ["gpu"] }
            if random.once(in: 5) { filter.statuses = [.queued, .running, .created] }
            if random.once(in: 8) { filter.experiment = "ct" }
            if random.once(in: 4) {
                filter.text = ["RUN", "lung e", "Größe", "long end", "7"].randomElement(using: &random) ?? ""
            }
            order = try SessionLog.order(&random)
            (limit, offset) = (Int.random(in: 0...40, using: &random), Int.random(in: 0...60, using: &random))
        }

        var description: String { "\(text), \(filter), \(order), \(limit) after \(offset)" }

        func page(of models: ReadModels, asOf position: LogPosition?) throws -> SessionPage {
            try models.read(asOf: position) { try $0.sessions(filter, order: order, limit: limit, offset: offset) }
        }
    }

    @Test(
        "As of a position, lists, filters, orders, searches and pages are those of a server whose log ends there",
        arguments: 1...4 as ClosedRange<UInt64>)
    func lists(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var script = try SessionLog.log(seed: seed, sessionCount: 140).script
        try SessionLog.change(&script, count: 500, sessionCount: 140, &random)
        let full = try Documents(script)
        let head = script.head.rawValue
        for position in [1, 7, head / 10, head / 3, head / 2, head - 300, head - 40, head - 1] {
            let then = try Documents(Array(script.events.prefix(Int(position))))
            let position = LogPosition(position)
            var asked = 0
            while asked < 60 {
                guard let question = try Question(&random) else { continue }
                asked += 1
                let (before, after) = (
                    try question.page(of: then.models, asOf: nil), try question.page(of: full.models, asOf: position)
                )
                #expect(
                    before.sessions.map(\.sessionID) == after.sessions.map(\.sessionID)
                        && before.total == after.total, "As of \(position): \(question)")
                // NaN is not equal to itself, but its bytes are.
                let bytes = try [before, after].map { try $0.sessions.map { try $0.serializedData() } }
                #expect(bytes[0] == bytes[1], "As of \(position): \(question)")
            }
            let texts = try [(then.models, nil), (full.models, position)].map { models, position in
                try models.read(asOf: position) { try Self.summary(of: $0) }
            }
            #expect(texts[0] == texts[1], "As of \(position)")
        }
    }

    /// What lists show of sessions beside their documents, and the lists that are asked for without a filter.
    private static func summary(of snapshot: borrowing ReadModelSnapshot) throws -> [String] {
        var filter = SessionFilter()
        filter.includesArchived = true
        let page = try snapshot.sessions(filter, limit: 1000)
        var lines = page.sessions.map(\.sessionID)
        lines.append("\(try snapshot.statusCounts().sorted { $0.key.rawValue < $1.key.rawValue })")
        lines.append("\(try snapshot.sessionIDs(in: [.queued, .running])), \(try snapshot.queue())")
        lines.append("\(try snapshot.queuePlaces(of: page.sessions).sorted { $0.key < $1.key })")
        for session in page.sessions {
            lines.append("\(try snapshot.metricSummaries(of: session))")
            lines.append("\(try snapshot.latestMetrics(of: session))")
        }
        return lines
    }

    @Test("As of before it, a session that was archived or deleted is listed as it was, and is found by what it was")
    func before() throws {
        var script = EventScript()
        for name in ["sess_a", "sess_b"] {
            try script.append(
                .created(
                    .with {
                        ($0.name, $0.tags) = (name, ["first"])
                        $0.params = [.number("lr", name == "sess_a" ? 1 : 2)]
                    }), to: name)
        }
        let before = script.head
        try script.append(.renamed(.with { $0.name = "later" }), to: "sess_a")
        try script.append(.deleted(Deleted()), to: "sess_a")
        try script.append(.archived(Archived()), to: "sess_b")
        try script.append(.created(.with { $0.name = "new" }), to: "sess_c")
        let models = try Documents(script).models
        func names(_ filter: String?, asOf: LogPosition?) throws -> [String] {
            var sought = SessionFilter()
            if let filter { sought.condition = try SessionCondition(filter) }
            return try models.read(asOf: asOf) { snapshot throws in
                try snapshot.sessions(sought, order: SessionOrder(.name, isDescending: false)).sessions.map(\.name)
            }
        }
        #expect(try names(nil, asOf: nil) == ["new"])
        #expect(try names(nil, asOf: before) == ["sess_a", "sess_b"])
        #expect(try names("params.lr < 2 and tags = first", asOf: before) == ["sess_a"])
        #expect(try names("name = later", asOf: before) == [])
        #expect(try names("name = later", asOf: LogPosition(before.rawValue + 1)) == ["later"])
        #expect(try models.read(asOf: before) { try $0.changedSessionCount() } == 2)
        #expect(try models.read { try $0.changedSessionCount() } == 0)
    }

    @Test("The lines of a log that had come are found wherever its end was")
    func lines() throws {
        var script = try EventScript.running()
        var ends: [(position: LogPosition, count: UInt64)] = [(script.head, 0)]
        for report in 1...40 {
            try script.append(
                .linesLogged(
                    .with {
                        $0.attempt = 1
                        $0.lines = (0..<report % 5).map { number in .with { $0.text = "line \(number)" } }
                    }))
            ends.append((script.head, ends[ends.count - 1].count + UInt64(report % 5)))
        }
        let models = try Documents(script).models
        for end in ends {
            let page = try models.read(asOf: end.position) { try $0.logLines(of: Documents.session, limit: 1000) }
            #expect(page.total == end.count && page.lines.count == Int(end.count))
        }
    }
}
