import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// Logs of many sessions that differ in everything that lists go by, and questions about them.
enum SessionLog {
    /// A log of many sessions, and the position before its last event, which changes no session.
    static func log(
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

    static let fields = [
        "id", "name", "status", "experiment", "group", "notes", "tags", "params.lr", "params.kind", "params.train.lr",
        "params.x", "config.flag", "config.train.lr", "metrics.acc", "metrics.acc.best", "metrics.loss.min",
        "metrics.loss.count", "metrics.final", "metrics.'step loss'", "metrics.'step loss'.max", "results.score",
        "epoch",
        "archived", "attempt",
    ]

    static func condition(_ random: inout SeededGenerator, depth: Int = 0) -> String {
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

    static func parsed(_ text: String) -> SessionCondition? {
        do { return try SessionCondition(text) } catch { return nil }
    }

    static func order(_ random: inout SeededGenerator) throws -> SessionOrder {
        let names =
            ["created_at", "name", "status", "epoch", "updated_at", "started_at", "completed_at"]
            + fields.filter { $0.hasPrefix("params") || $0.hasPrefix("config") || $0.hasPrefix("metrics") }
            .map { $0.replacing("'", with: "") }
        return try #require(
            SessionOrder((random.once(in: 2) ? "-" : "") + (names.randomElement(using: &random) ?? "name")))
    }

    /// Appends `count` events of what happens to sessions later on: everything that a list selects, orders or shows changes.
    static func change(
        _ script: inout EventScript, count: Int, sessionCount: Int, _ random: inout SeededGenerator
    ) throws {
        var created = sessionCount
        var attempts: [String: UInt32] = [:]
        for record in script.events where record.stream.category == .session {
            if case .attemptClaimed(let claim) = try SessionEvent(record) {
                attempts[record.stream.identity] = claim.attempt
            }
        }
        for _ in 0..<count {
            let id = "sess_\(Int.random(in: 0..<created, using: &random))"
            switch Int.random(in: 0..<16, using: &random) {
            case 0: try script.append(.archived(Archived()), to: id)
            case 1: try script.append(.unarchived(Unarchived()), to: id)
            case 2: try script.append(.deleted(Deleted()), to: id)
            case 3: try script.append(.renamed(.with { $0.name = text(&random) }), to: id)
            case 4: try script.append(.tagged(.with { $0.tags = [text(&random), "gpu"] }), to: id)
            case 5: try script.append(.noted(.with { $0.notes = text(&random) }), to: id)
            case 6: try script.append(.paramsSet(.with { $0.params = [.text("kind", text(&random))] }), to: id)
            case 7: try script.append(.paramsSet(.with { $0.params = [.number("lr", value(&random))] }), to: id)
            case 8:
                try script.append(.resultReported(.with { ($0.name, $0.value) = ("score", value(&random)) }), to: id)
            case 9: try script.append(.startRequested(StartRequested()), to: id)
            case 10:
                guard let attempt = attempts[id] else { continue }
                try script.append(
                    .epochCompleted(
                        .with {
                            ($0.attempt, $0.epoch) = (attempt, UInt32.random(in: 1...4, using: &random))
                            $0.metrics = [.named("acc", value(&random)), .named("new", value(&random))]
                        }), to: id)
            case 11:
                let attempt = attempts[id, default: 0] + 1
                attempts[id] = attempt
                try script.append(
                    .attemptClaimed(.with { ($0.attempt, $0.host) = (attempt, "node") }), to: id)
                try script.append(
                    .attemptStarted(.with { ($0.attempt, $0.firstEpoch, $0.firstStep) = (attempt, 2, 2) }), to: id)
            case 12:
                try script.append(
                    .failed(.with { ($0.attempt, $0.message) = (1, "broken") }), to: id)
            case 13:
                try add(created, to: &script, &random)
                created += 1
            default:
                let steps = (0..<3).map { _ in Int64.random(in: 1...4, using: &random) }
                try script.append(
                    .metricsReported(
                        .with {
                            $0.attempt = UInt32.random(in: 1...attempts[id, default: 1], using: &random)
                            $0.series = [.points("step loss", steps: steps, values: steps.map { _ in value(&random) })]
                        }), to: id)
            }
        }
    }
}
