import SwiftProtobuf
import TestSupport
import Testing
import Tracking

@Suite("What alert rules make of the log")
struct AlertFoldTests {
    /// A log that is folded record by record, as the server does it.
    private struct Script {
        var fold = AlertFold()
        var decisions: [AlertFold.Decision] = []
        private(set) var records: [RecordedEvent] = []
        private var versions: [StreamID: UInt64] = [:]
        var own: [(id: AlertRule.ID, settings: AlertRuleSettings)] = []
        var included: Set<AlertRule.ID> = []

        /// Appends an event that is recorded `second` seconds after 1970.
        @discardableResult
        mutating func append(_ event: some DomainEvent, to stream: StreamID, at second: Double) throws
            -> [AlertFold.Decision]
        {
            let new = try event.encoded()
            versions[stream, default: 0] += 1
            let record = RecordedEvent(
                position: LogPosition(UInt64(records.count + 1)), stream: stream,
                version: StreamVersion(versions[stream] ?? 1), id: CommandID("c")!.eventID(at: records.count),
                type: new.type, schemaVersion: 1, recordedAt: Timestamp(rawValue: Int64(second * 1e6)), occurredAt: nil,
                actor: "test", causation: nil, payloadDigest: Digest(hashing: new.payload), payload: new.payload)
            records.append(record)
            guard AlertFold.types.contains(record.type) else { return [] }
            let made = try take(record)
            decisions += made
            return made
        }

        mutating func take(_ record: RecordedEvent) throws -> [AlertFold.Decision] {
            let ended =
                fold.openScope(of: record) == nil
                ? [] : fold.setScope(of: record.stream.identity, filtered: included, own: own)
            return ended + (try fold.apply(record))
        }

        mutating func rule(
            _ condition: AlertRule.Condition, _ name: String = "rule_a", metric: String = "loss",
            _ more: (inout AlertRuleSettings) -> Void = { _ in }
        ) throws {
            var settings = AlertRuleSettings.with {
                ($0.name, $0.condition) = (name, condition.rawValue)
                if condition.isOfValues { $0.metric = metric }
                more(&$0)
            }
            try settings.complete()
            try append(AlertRuleEvent.created(.with { $0.settings = settings }), to: StreamID(.alertRule, name), at: 0)
        }

        mutating func claim(at second: Double = 1) throws {
            try append(
                SessionEvent.attemptClaimed(.with { $0.attempt = 1 }), to: StreamID(.session, "sess_a"), at: second)
        }

        @discardableResult
        mutating func loss(_ values: Double..., at second: Double, measured: [Double]? = nil) throws
            -> [AlertFold.Decision]
        {
            var last = 0.0
            let series = MetricSeries.with {
                $0.name = "loss"
                $0.values = values
                $0.stepDeltas = values.map { _ in 1 }
                $0.timeDeltas = (measured ?? []).map { time in
                    defer { last = time }
                    return Int64((time - last) * 1e6)
                }
            }
            return try append(
                TelemetryEvent.metricsReported(
                    .with {
                        $0.attempt = 1
                        $0.series = [series]
                    }), to: StreamID(.telemetry, "sess_a"), at: second)
        }

        @discardableResult
        mutating func epoch(_ number: UInt32, _ loss: Double, at second: Double) throws -> [AlertFold.Decision] {
            try append(
                SessionEvent.epochCompleted(
                    .with {
                        ($0.attempt, $0.epoch, $0.step) = (1, number, UInt64(number) * 10)
                        $0.metrics = [
                            .with { ($0.name, $0.value) = ("loss", loss) }
                        ]
                    }), to: StreamID(.session, "sess_a"), at: second)
        }
    }

    /// The names of decisions: `+` for an alert that rises, `-` and why for one that is over.
    private static func words(_ decisions: [AlertFold.Decision]) -> [String] {
        decisions.map { decision in
            switch decision {
            case .trigger(let alert): "+" + alert.message
            case .resolve(let resolved, _): "-" + resolved.reason
            }
        }
    }

    @Test("a value beyond the threshold rings once, and is over when it comes back")
    func threshold() throws {
        var script = Script()
        try script.rule(.greaterThan) { ($0.threshold, $0.resolveThreshold) = (1, 0.5) }
        try script.claim()
        try script.loss(0.9, 1.1, 1.2, at: 2)
        try script.loss(0.7, at: 3)  // not yet over: the threshold of the end is lower
        try script.loss(0.5, at: 4)
        try script.loss(1.5, at: 5)
        #expect(Self.words(script.decisions) == ["+loss is 1.1, above 1", "-recovered", "+loss is 1.5, above 1"])
        guard case .trigger(let alert) = script.decisions[0] else { return #expect(Bool(false)) }
        #expect(alert.step == 2 && alert.position == 3 && alert.threshold == 1 && alert.sessionID == "sess_a")
    }

    @Test("it must hold for so many points and so long, and does not rise again before its cooldown")
    func patience() throws {
        var script = Script()
        try script.rule(.lessThan) {
            ($0.threshold, $0.forPoints, $0.forDuration, $0.cooldown) = (0, 2, 3_000_000, 20_000_000)
        }
        try script.claim()
        try script.loss(-1, at: 2)
        try script.loss(-1, at: 3)  // two points, but only for a second
        try script.loss(1, at: 4)
        try script.loss(-1, at: 5)
        try script.loss(-2, at: 8)
        try script.loss(1, at: 9)
        try script.loss(-1, -1, at: 12)
        try script.loss(-3, at: 16)  // long enough, but too soon after the last
        try script.loss(-4, at: 28)
        #expect(Self.words(script.decisions) == ["+loss is -2, below 0", "-recovered", "+loss is -4, below 0"])
    }

    @Test("NaN and infinities ring, and a session's end ends it")
    func nonfinite() throws {
        var script = Script()
        try script.rule(.isNaN, metric: "*")
        try script.claim()
        try script.loss(1, .infinity, at: 2)
        try script.append(SessionEvent.completed(Completed()), to: StreamID(.session, "sess_a"), at: 3)
        #expect(Self.words(script.decisions) == ["+loss is Infinity", "-session_ended"])
        #expect(script.fold.activeCount == 0)
    }

    @Test("no improvement counts epochs, from the best value on")
    func improvement() throws {
        var script = Script()
        try script.rule(.noImprovement) { ($0.window, $0.minDelta) = (3, 0.1) }
        try script.claim()
        for (index, loss) in [1, 0.5, 0.45, .nan, 0.41, 0.3].enumerated() {
            try script.loss(9, at: Double(index) + 2)  // points of steps do not count
            try script.epoch(UInt32(index + 1), loss, at: Double(index) + 2)
        }
        #expect(
            Self.words(script.decisions) == ["+loss has not improved for 3 epochs; the best is 0.5", "-recovered"])
    }

    @Test("a spike is measured by the median of the points before it")
    func spike() throws {
        var script = Script()
        try script.rule(.increasesBy) { ($0.threshold, $0.window, $0.cooldown) = (0.5, 3, 0) }
        try script.claim()
        try script.loss(10, 1, 2, .nan, 3.1, 3, at: 2)
        try script.loss(4.6, 4, at: 3)
        let words = Self.words(script.decisions).map { $0.prefix { $0 != "," } }
        #expect(words == ["+loss is 3.1", "-recovered", "+loss is 4.6", "-recovered"])
    }

    @Test("silence rings once, by the time of the last report or of the server's start")
    func silence() throws {
        var script = Script()
        try script.rule(.noReport) { $0.silence = 10_000_000 }
        try script.claim(at: 1)
        try script.loss(1, at: 5)
        func tick(_ second: Double, began: Double = 0) -> [String] {
            let decisions = script.fold.tick(
                at: Timestamp(rawValue: Int64(second * 1e6)), began: Timestamp(rawValue: Int64(began * 1e6)),
                head: LogPosition(9), figures: [])
            script.decisions += decisions
            return Self.words(decisions)
        }
        #expect(tick(14) == [])
        #expect(tick(20, began: 12) == [])
        #expect(tick(15) == ["+nothing was reported for 10 s"])
        #expect(tick(30) == [])
        #expect(Self.words(try script.loss(2, at: 31)) == ["-recovered"])
        #expect(tick(32) == [])
        #expect(tick(41) == ["+nothing was reported for 10 s"])
        // The record of what a tick decided tells a later fold of it.
        guard case .trigger(let alert) = try #require(script.decisions.last) else { return #expect(Bool(false)) }
        var other = Script()
        for record in script.records { _ = try other.take(record) }
        #expect(other.fold.activeCount == 0)
        let triggered = try AlertEvent.triggered(alert).encoded()
        var record = try #require(script.records.last)
        (record.position, record.stream) = (LogPosition(99), Alert.stream(of: "sess_a"))
        (record.type, record.payload) = (triggered.type, triggered.payload)
        _ = try other.take(record)
        #expect(other.fold.activeCount == 1)
        #expect(
            other.fold.tick(
                at: Timestamp(rawValue: 60_000_000), began: Timestamp(rawValue: 0), head: LogPosition(99), figures: []
            )
            .isEmpty)
    }

    @Test("the server's figures ring without a session")
    func server() throws {
        var script = Script()
        try script.rule(.greaterThan, metric: "disk_percent") { $0.threshold = 95 }
        func tick(_ second: Int64, _ value: Double) -> [String] {
            Self.words(
                script.fold.tick(
                    at: Timestamp(rawValue: second * 1_000_000), began: Timestamp(rawValue: 0), head: LogPosition(1),
                    figures: [("cpu_percent", 100), ("disk_percent", value)]))
        }
        #expect(tick(1, 90) == [])
        #expect(tick(2, 96) == ["+disk_percent is 96, above 95"])
        #expect(tick(3, 97) == [])
        #expect(tick(4, 95) == ["-recovered"])
    }

    @Test("what happens to a session rings, and is over when it starts again")
    func lifecycle() throws {
        var script = Script()
        try script.rule(.trainingFailed)
        try script.claim()
        let stream = StreamID(.session, "sess_a")
        try script.append(SessionEvent.failed(.with { $0.message = "no memory" }), to: stream, at: 2)
        try script.append(SessionEvent.attemptStarted(.with { $0.attempt = 2 }), to: stream, at: 3)
        #expect(Self.words(script.decisions) == ["+no memory", "-recovered"])
    }

    @Test("points that come late ring nothing")
    func late() throws {
        var script = Script()
        try script.rule(.isNaN)
        try script.claim()
        try script.loss(.nan, .nan, at: 5000, measured: [100, 4000])
        #expect(script.decisions.isEmpty)
        try script.loss(.nan, at: 5001, measured: [4900])
        #expect(Self.words(script.decisions) == ["+loss is NaN"])
    }

    @Test("a rule that is changed or deleted ends its alerts; one with a filter is about those that meet it")
    func rules() throws {
        var script = Script()
        try script.rule(.isNaN)
        try script.rule(.isNaN, "rule_b") { $0.filter = "experiment = lung" }
        try script.claim()
        try script.loss(.nan, at: 2)
        #expect(script.decisions.count == 1)
        try script.append(AlertRuleEvent.deleted(AlertRuleDeleted()), to: StreamID(.alertRule, "rule_a"), at: 3)
        script.included = [try #require(AlertRule.ID("rule_b"))]
        try script.loss(.nan, at: 4)
        try script.loss(.nan, at: 5)
        #expect(Self.words(script.decisions) == ["+loss is NaN", "-rule_changed", "+loss is NaN"])
    }

    @Test("an alert is over when its rule is no longer about the session")
    func scope() throws {
        var script = Script()
        try script.rule(.isNaN) { $0.filter = "tags = watched" }
        script.included = [try #require(AlertRule.ID("rule_a"))]
        try script.claim()
        try script.loss(.nan, at: 2)
        script.included = []
        try script.append(SessionEvent.tagged(Tagged()), to: StreamID(.session, "sess_a"), at: 3)
        try script.loss(.nan, at: 4)
        #expect(Self.words(script.decisions) == ["+loss is NaN", "-rule_changed"])
        #expect(script.fold.activeCount == 0)
    }

    @Test("somebody who resolves an alert is not told again before the condition was over")
    func byHand() throws {
        var script = Script()
        try script.rule(.isNaN) { $0.cooldown = 10_000_000 }
        try script.claim()
        guard case .trigger(let alert) = try #require(script.loss(.nan, at: 2).first) else { return }
        try script.append(AlertEvent.triggered(alert), to: Alert.stream(of: "sess_a"), at: 2)
        try script.append(
            AlertEvent.resolved(.with { ($0.alertID, $0.reason) = (alert.alertID, "by_hand") }),
            to: Alert.stream(of: "sess_a"), at: 3)
        #expect(try script.loss(.nan, at: 4).isEmpty)
        #expect(try script.loss(.nan, at: 13).count == 1)
    }

    @Test("A fold that is broken off anywhere and goes on from its snapshot decides the same", arguments: 0..<4)
    func restarts(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var script = Script()
        try script.rule(.greaterThan) { ($0.threshold, $0.forPoints, $0.cooldown) = (0.6, 2, 3_000_000) }
        try script.rule(.isNaN, "rule_b", metric: "*")
        try script.rule(.noImprovement, "rule_c") { ($0.window, $0.unit) = (5, "steps") }
        try script.rule(.increasesBy, "rule_d") { ($0.threshold, $0.window) = (0.4, 4) }
        try script.rule(.trainingStopped, "rule_e")
        let stream = StreamID(.session, "sess_a")
        for second in 1...400 {
            switch Int.random(in: 0..<30, using: &random) {
            case 0: try script.append(SessionEvent.stopped(Stopped()), to: stream, at: Double(second))
            case 1: try script.claim(at: Double(second))
            case 2:
                try script.append(SessionEvent.attemptStarted(.with { $0.attempt = 1 }), to: stream, at: Double(second))
            case 3: try script.epoch(UInt32(second), Double.random(in: 0...1, using: &random), at: Double(second))
            default:
                let value =
                    (Int.random(in: 0..<10, using: &random) == 0)
                    ? Double.nan : Double.random(in: 0...1, using: &random)
                try script.loss(value, Double.random(in: 0...1, using: &random), at: Double(second))
            }
        }
        #expect(script.decisions.count > 20)
        var (again, decisions) = (Script(), [AlertFold.Decision]())
        for record in script.records where AlertFold.types.contains(record.type) {
            if (Int.random(in: 0..<5, using: &random) == 0) {
                again.fold = try #require(AlertFold(snapshot: again.fold.snapshot()))
            }
            // What is folded already changes nothing.
            if (Int.random(in: 0..<7, using: &random) == 0), again.fold.position > .start {
                #expect(try again.take(script.records[Int(again.fold.position.rawValue) - 1]).isEmpty)
            }
            decisions += try again.take(record)
        }
        #expect(decisions.map { "\($0)" } == script.decisions.map { "\($0)" })
    }

    @Test("a saved fold of which any byte has changed, or the end is missing, is not taken")
    func damagedSnapshot() throws {
        var script = Script()
        try script.claim(at: 1)
        try script.loss(2, 0.5, at: 2)
        let bytes = try script.fold.snapshot()
        #expect(AlertFold(snapshot: bytes)?.position == script.fold.position)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(AlertFold(snapshot: changed) == nil)
            #expect(AlertFold(snapshot: Array(bytes[..<index])) == nil)
        }
    }
}
