import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// Lists of the current state, which come from the table of sessions, beside the same lists made from every document.
struct SessionSelectionTests {
    /// A log of many sessions, and the position before its last event, which changes no session.
    private static func log(
        seed: UInt64, sessionCount: Int = 150
    ) throws -> (script: EventScript, position: LogPosition) {
        var random = SeededGenerator(seed: seed)
        var script = EventScript()
        for number in 0..<sessionCount {
            try add(number, to: &script, &random)
        }
        for number in stride(from: 0, to: sessionCount, by: 7) {
            let id = "sess_\(number)"
            switch Int.random(in: 0..<6, using: &random) {
            case 0: try script.append(.archived(Archived()), to: id)
            case 1: try script.append(.deleted(Deleted()), to: id)
            case 2: try script.append(.renamed(.with { $0.name = text(&random) }), to: id)
            case 3: try script.append(.tagged(.with { $0.tags = [] }), to: id)
            case 4: try script.append(.paramsSet(.with { $0.params = [.text("lr", "later")] }), to: id)
            default:
                try script.append(
                    .resultReported(
                        .with {
                            $0.name = "score"; $0.value = value(&random)
                        }), to: id)
            }
        }
        let position = script.events.last?.position ?? .start
        try script.append(.created(.with { $0.url = "http://127.0.0.1/" }), to: "webhook_1")
        return (script, position)
    }

    private static func add(_ number: Int, to script: inout EventScript, _ random: inout SeededGenerator) throws {
        let id = "sess_\(number)"
        try script.append(
            .created(
                .with {
                    $0.name = text(&random)
                    $0.tags = ["night", "gpu", "Größe"].filter { _ in random.once(in: 2) }
                    $0.experiment = random.once(in: 2) ? "ct" : ""
                    $0.notes = random.once(in: 9) ? String(repeating: "long ", count: 300) + "end" : text(&random)
                    $0.configuration =
                        #"{"train":{"lr":\#(number % 9)},"x":"\#(number % 3)","flag":\#(number % 2 == 0)}"#
                    if random.once(in: 2) { $0.params = [.number("lr", value(&random)), .text("kind", text(&random))] }
                    if random.once(in: 5) {
                        $0.params = [.text("lr", "7"), .text("kind", String(repeating: "é", count: 700))]
                    }
                    $0.monitor = "acc"
                    $0.monitorMaximum = random.once(in: 2)
                }), to: id)
        guard !random.once(in: 4) else { return }
        try script.append(.startRequested(StartRequested()), to: id)
        guard !random.once(in: 4) else { return }
        try script.append(
            .attemptClaimed(
                .with {
                    $0.attempt = 1; $0.host = "node"
                }), to: id)
        for epoch in 1...UInt32.random(in: 1...3, using: &random) {
            try script.append(
                .epochCompleted(
                    .with {
                        $0.attempt = 1
                        $0.epoch = epoch
                        $0.metrics = ["acc", "loss"].filter { _ in !random.once(in: 4) }
                            .map { .named($0, value(&random)) }
                    }), to: id)
        }
        try script.append(
            .metricsReported(
                .with {
                    $0.attempt = 1
                    $0.series = [.points("step loss", steps: [1, 2], values: [value(&random), value(&random)])]
                }), to: id)
        guard random.once(in: 2) else { return }
        try script.append(
            .completed(
                .with {
                    $0.attempt = 1; $0.epoch = 3; $0.finalMetrics = [.named("acc", 1), .named("final", value(&random))]
                }),
            to: id)
    }

    private static func value(_ random: inout SeededGenerator) -> Double {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: .nan
        case 1: .infinity
        case 2: -0.0
        default: Double(Int.random(in: -3...6, using: &random)) / 2
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let words = ["run", "Lung", "größe", "GRO\u{308}SSE", "x", "0.5", "7", "true", "İ", "zebra"]
        return (0..<Int.random(in: 1...3, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
            .joined(separator: random.once(in: 2) ? " " : "-")
    }

    private static let fields = [
        "id", "name", "status", "experiment", "group", "notes", "tags", "params.lr", "params.kind", "params.train.lr",
        "params.x", "config.flag", "config.train.lr", "metrics.acc", "metrics.acc.best", "metrics.loss.min",
        "metrics.loss.count", "metrics.final", "metrics.'step loss'", "metrics.'step loss'.max", "results.score",
        "epoch",
        "archived", "attempt",
    ]

    private static func condition(_ random: inout SeededGenerator, depth: Int = 0) -> String {
        if depth < 3, random.once(in: 2) {
            let (left, right) = (condition(&random, depth: depth + 1), condition(&random, depth: depth + 1))
            return ["(\(left) and \(right))", "(\(left) or \(right))", "not (\(left))"].randomElement(using: &random)
                ?? left
        }
        let field = fields.randomElement(using: &random) ?? "name"
        if random.once(in: 5) { return "\(field) exists" }
        let comparison =
            ["=", "!=", "<", "<=", ">", ">=", "~", "!~", "in", "not in"].randomElement(using: &random) ?? "="
        let values = [
            "1", "0.5", "7", "-0.5", "true", "false", "run", "'lung run'", "ct", "gpu", "größe", "é", "running", "e",
        ]
        func literal() -> String { values.randomElement(using: &random) ?? "1" }
        return comparison.hasSuffix("in")
            ? "\(field) \(comparison) (\(literal()), \(literal()))" : "\(field) \(comparison) \(literal())"
    }

    private static func parsed(_ text: String) -> SessionCondition? {
        do { return try SessionCondition(text) } catch { return nil }
    }

    private static func order(_ random: inout SeededGenerator) throws -> SessionOrder {
        let names =
            ["created_at", "name", "status", "epoch", "updated_at", "started_at", "completed_at"]
            + fields.filter { $0.hasPrefix("params") || $0.hasPrefix("config") || $0.hasPrefix("metrics") }
            .map { $0.replacing("'", with: "") }
        return try #require(
            SessionOrder((random.once(in: 2) ? "-" : "") + (names.randomElement(using: &random) ?? "name")))
    }

    @Test("Every page of thousands of sessions is that page of the documents")
    func manySessions() throws {
        let count = 5000
        let (script, position) = try Self.log(seed: 7, sessionCount: count)
        let models = try Documents(script).models
        var random = SeededGenerator(seed: 7)
        for offset in [0, 0, 0, 0, 0, 0, 0, 0, 40, 1000, 1990, 2048, 2500, 4800, 6000] {
            let (order, limit) = (try Self.order(&random), Int.random(in: 0...120, using: &random))
            var filter = SessionFilter()
            if random.once(in: 3) { filter.tags = ["gpu"] }
            func page(_ position: LogPosition?) throws -> [String] {
                try models.read(asOf: position) {
                    try $0.sessions(filter, order: order, limit: limit, offset: offset)
                }.sessions.map(\.sessionID)
            }
            #expect(try page(nil) == page(position), "\(order), \(limit) after \(offset)")
        }
    }

    @Test(
        "A list from the table of sessions is the list made from the documents", arguments: 1...6 as ClosedRange<UInt64>
    )
    func equality(seed: UInt64) throws {
        let (script, position) = try Self.log(seed: seed)
        let models = try Documents(script).models
        var random = SeededGenerator(seed: seed)
        var matched = 0
        for _ in 0..<400 {
            var filter = SessionFilter()
            let text = Self.condition(&random)
            // Not every comparison suits every field.
            guard let condition = Self.parsed(text) else { continue }
            filter.condition = condition
            filter.includesArchived = random.once(in: 2)
            if random.once(in: 6) { filter.tags = ["gpu"] }
            if random.once(in: 6) { filter.statuses = [.created, .completed] }
            if random.once(in: 4) {
                filter.text = ["RUN", "lung e", "Größe", "long end", "7"].randomElement(using: &random) ?? ""
            }
            let order = try Self.order(&random)
            let (limit, offset) = (Int.random(in: 0...40, using: &random), Int.random(in: 0...60, using: &random))
            let current = try models.read { try $0.sessions(filter, order: order, limit: limit, offset: offset) }
            let past = try models.read(asOf: position) {
                try $0.sessions(filter, order: order, limit: limit, offset: offset)
            }
            #expect(
                current.sessions.map(\.sessionID) == past.sessions.map(\.sessionID) && current.total == past.total,
                "\(text), \(filter), \(order)")
            // NaN is not equal to itself, but its bytes are.
            let bytes = try [current, past].map { try $0.sessions.map { try $0.serializedData() } }
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
