import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// Lists of the current state, which come from the table of sessions, beside the same lists made from every document.
struct SessionSelectionTests {
    @Test("Every page of thousands of sessions is that page of the documents")
    func manySessions() throws {
        let count = 5000
        let models = try Documents(try SessionLog.log(seed: 7, sessionCount: count).script).models
        let documents = try models.read { try ListedDocuments($0) }
        var random = SeededGenerator(seed: 7)
        for offset in [0, 0, 0, 0, 0, 0, 0, 0, 40, 1000, 1990, 2048, 2500, 4800, 6000] {
            let (order, limit) = (try SessionLog.order(&random), Int.random(in: 0...120, using: &random))
            var filter = SessionFilter()
            if random.once(in: 3) { filter.tags = ["gpu"] }
            let page = try models.read {
                try $0.sessions(filter, order: order, limit: limit, offset: offset)
            }.sessions.map(\.sessionID)
            let made = documents.page(filter, order, limit: limit, offset: offset).sessions.map(\.sessionID)
            #expect(page == made, "\(order), \(limit) after \(offset)")
        }
    }

    @Test(
        "A list from the table of sessions is the list made from the documents", arguments: 1...6 as ClosedRange<UInt64>
    )
    func equality(seed: UInt64) throws {
        let (script, position) = try SessionLog.log(seed: seed)
        let models = try Documents(script).models
        let documents = try models.read { try ListedDocuments($0) }
        var random = SeededGenerator(seed: seed)
        var matched = 0
        for _ in 0..<400 {
            var filter = SessionFilter()
            let text = SessionLog.condition(&random)
            // Not every comparison suits every field.
            guard let condition = SessionLog.parsed(text) else { continue }
            filter.condition = condition
            filter.includesArchived = random.once(in: 2)
            if random.once(in: 6) { filter.tags = ["gpu"] }
            if random.once(in: 6) { filter.statuses = [.created, .completed] }
            if random.once(in: 4) {
                filter.text = ["RUN", "lung e", "Größe", "long end", "7"].randomElement(using: &random) ?? ""
            }
            let order = try SessionLog.order(&random)
            let (limit, offset) = (Int.random(in: 0...40, using: &random), Int.random(in: 0...60, using: &random))
            let current = try models.read { try $0.sessions(filter, order: order, limit: limit, offset: offset) }
            let made = documents.page(filter, order, limit: limit, offset: offset)
            #expect(
                current.sessions.map(\.sessionID) == made.sessions.map(\.sessionID) && current.total == made.total,
                "\(text), \(filter), \(order)")
            // NaN is not equal to itself, but its bytes are.
            let bytes = try [current, made].map { try $0.sessions.map { try $0.serializedData() } }
            #expect(bytes[0] == bytes[1])
            matched += min(current.total, 1)
        }
        #expect(matched > 100)
        let counts = try models.read { try $0.statusCounts() }
        #expect(try models.read(asOf: position) { try $0.statusCounts() } == counts)
        for statuses in [[.running], [.completed, .failed], []] as [Set<Session.Status>] {
            let current = try models.read { try $0.sessionIDs(in: statuses) }
            #expect(try models.read(asOf: position) { try $0.sessionIDs(in: statuses) } == current)
        }
        let queue = try models.read { try $0.queue() }
        #expect(try models.read(asOf: position) { try $0.queue() } == queue)
    }
}
