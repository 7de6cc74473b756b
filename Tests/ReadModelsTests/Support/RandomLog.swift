import SwiftProtobuf
import TestSupport
import Tracking

/// Logs of random sessions that obey the rules of a session's life, and some that do not.
enum RandomLog {
    /// About `count` events of three sessions and two webhooks: every kind of event, attempts that rewind, points late and
    /// out of order, values that are not finite.
    static func events(seed: UInt64, count: Int) throws -> [RecordedEvent] {
        try script(seed: seed, count: count).events
    }

    /// The script of such a log.
    static func script(seed: UInt64, count: Int) throws -> EventScript {
        var random = SeededGenerator(seed: seed)
        var webhookRandom = SeededGenerator(seed: seed &+ 1000)
        var alertRandom = SeededGenerator(seed: seed &+ 2000)
        var modelRandom = SeededGenerator(seed: seed &+ 3000)
        var redactionRandom = SeededGenerator(seed: seed &+ 4000)
        var retentionRandom = SeededGenerator(seed: seed &+ 5000)
        var script = EventScript()
        var states: [String: SessionState] = [:]
        let sessions = ["sess_a", "sess_b", "sess_c"]
        while script.events.count < count {
            let session = sessions.randomElement(using: &random) ?? "sess_a"
            var state = states[session] ?? SessionDecider.initialState
            if random.once(in: 3), state.status != nil {
                try script.append(telemetry(state, &random), to: session)
            } else if redactionRandom.once(in: 40), state.status != nil {
                let kinds = Set(RedactionKind.allCases.filter { _ in redactionRandom.once(in: 2) })
                let event = try script.redact(kinds, of: session) { _ in !redactionRandom.once(in: 4) }
                if let event { SessionDecider.evolve(&state, with: event) }
                states[session] = state
            } else if alertRandom.once(in: 30) {
                try alertEvent(&script, sessions, &alertRandom)
            } else if modelRandom.once(in: 30) {
                try modelEvent(&script, sessions, &modelRandom)
            } else if retentionRandom.once(in: 40) {
                try retentionEvent(&script, &retentionRandom)
            } else if random.once(in: 40) {
                let webhook = "webhook_\(Int.random(in: 0..<2, using: &random))"
                let event =
                    random.once(in: 3)
                    ? .deleted(WebhookDeleted()) : webhookEvent(script.events.count, &webhookRandom)
                try script.append(event, to: webhook)
            } else {
                let decided: [SessionEvent]
                do throws(SessionRefusal) {
                    decided = try SessionDecider.decide(command(state, session, &random), given: state)
                } catch {
                    continue  // refused: another command follows
                }
                for event in decided {
                    try script.append(event, to: session)
                    SessionDecider.evolve(&state, with: event)
                }
                states[session] = state
            }
        }
        // The last session was taken over from another server, if it has not ended, by being stopped.
        if let state = states["sess_c"], state.status != nil, !state.isDeleted {
            let isOpen = !state.hasEnded
            try script.append(
                .imported(.with { ($0.source, $0.interruptedStatus) = ("http://there", isOpen ? "running" : "") }),
                to: "sess_c")
            if isOpen { try script.append(.stopped(.with { $0.attempt = state.attempt?.number ?? 0 }), to: "sess_c") }
        }
        // The keys of the log have no rows; they are in the log all the same.
        let keys = StreamID(.logKeys, "log")
        try script.append(try LogKeyEvent.rotated(.with { $0.verifierKey = "log+1+AQ==" }).encoded(), to: keys)
        try script.append(try LogKeyEvent.retired(.with { $0.verifierKey = "log+0+AQ==" }).encoded(), to: keys)
        return script
    }

    /// Something that happens to a rule, to one of six alerts, or to notifications.
    private static func alertEvent(
        _ script: inout EventScript, _ sessions: [String], _ random: inout SeededGenerator
    ) throws {
        let place = UInt64.random(in: 1...2, using: &random)
        let session = sessions.randomElement(using: &random) ?? "sess_a"
        guard let rule = AlertRule.ID("rule_\(place)") else { return }
        let alert = Alert.ID(rule, session: session, metric: "loss", at: LogPosition(place)).text
        let settings = AlertRuleSettings.with {
            ($0.name, $0.metric, $0.condition, $0.threshold) = ("rule", "loss", "greater_than", Double(place))
        }
        switch Int.random(in: 0..<12, using: &random) {
        case 0: try script.append(.created(.with { $0.settings = settings }), to: rule.text)
        case 1: try script.append(.changed(.with { $0.settings = settings }), to: rule.text)
        case 2: try script.append(.deleted(AlertRuleDeleted()), to: rule.text)
        case 3, 4:
            try script.append(.acknowledged(.with { ($0.alertID, $0.by) = (alert, "ada") }), of: session)
        case 5, 6:
            try script.append(.resolved(.with { ($0.alertID, $0.reason) = (alert, "recovered") }), of: session)
        case 7:
            let places = (0..<3).map { _ in UInt64.random(in: 1...(script.head.rawValue + 1), using: &random) }
            try script.append(.read(.with { $0.positions = places }))
        case 8: try script.append(.allRead(.with { $0.through = script.head.rawValue / 2 }))
        case 9:
            let places = [UInt64.random(in: 1...(script.head.rawValue + 1), using: &random)]
            try script.append(.cleared(.with { ($0.positions, $0.through) = (places, script.head.rawValue / 4) }))
        default:
            try script.append(
                .triggered(
                    .with {
                        ($0.alertID, $0.ruleID, $0.ruleName, $0.sessionID) = (alert, rule.text, "rule", session)
                        ($0.severity, $0.actions, $0.message) = ("high", ["notify"], "loss is 2, above 1")
                        ($0.metric, $0.condition, $0.position) = ("loss", "greater_than", place)
                    }), of: session)
        }
    }

    /// Something that happens to one of four aliases of two models.
    private static func modelEvent(
        _ script: inout EventScript, _ sessions: [String], _ random: inout SeededGenerator
    ) throws {
        let model = "model_\(Int.random(in: 0..<2, using: &random))"
        let alias = "alias_\(Int.random(in: 0..<2, using: &random))"
        guard !random.once(in: 4) else {
            try script.append(.aliasRemoved(.with { ($0.alias, $0.reason) = (alias, "withdrawn") }), to: model)
            return
        }
        let session = sessions.randomElement(using: &random) ?? "sess_a"
        let number = Int.random(in: 0..<3, using: &random)
        try script.append(
            .aliasSet(
                .with {
                    ($0.alias, $0.checkpointID, $0.sessionID) = (alias, "ckpt_\(number)", session)
                    ($0.digest, $0.reason) = ("sha256:\(number)", "better")
                }), to: model)
    }

    /// Something that happens to one of two retention rules.
    private static func retentionEvent(_ script: inout EventScript, _ random: inout SeededGenerator) throws {
        let rule = "rule-\(Int.random(in: 0..<2, using: &random))"
        guard !random.once(in: 3) else { return try script.append(.ruleDeleted(RetentionRuleDeleted()), toRule: rule) }
        let settings = RetentionRuleSettings.with {
            ($0.status, $0.redact) = ("archived", ["logs"])
            $0.afterDays = .random(in: 0..<3, using: &random)
        }
        try script.append(.ruleSet(.with { $0.settings = settings }), toRule: rule)
    }

    /// Something that happens to a webhook: one of four places is told, so that deliveries are tried again.
    private static func webhookEvent(_ number: Int, _ random: inout SeededGenerator) -> WebhookEvent {
        let place = UInt64.random(in: 1...4, using: &random)
        switch Int.random(in: 1..<9, using: &random) {
        case 1:
            return .changed(.with { ($0.url, $0.enabled) = ("http://127.0.0.1/changed/\(number)", number % 2 == 0) })
        case 2: return .redeliveryRequested(.with { $0.position = place })
        case 3: return .replayRequested(.with { ($0.after, $0.through) = (place, 9) })
        case 4...6:
            let outcome = ["delivered", "retrying", "failed"].randomElement(using: &random) ?? "failed"
            return .deliveryAttempted(
                .with {
                    ($0.position, $0.event, $0.outcome, $0.attempt) = (place, "training_failed", outcome, 1)
                    ($0.attemptedAt, $0.nextAttemptAt) = (Int64(number), outcome == "retrying" ? 99 : 0)
                })
        default: return .created(.with { $0.url = "http://127.0.0.1/\(number)" })
        }
    }

    private static func value(_ random: inout SeededGenerator) -> Double {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: .nan
        case 1: .infinity
        case 2: -.infinity
        case 3...9: Double(Float.random(in: -1...1, using: &random))
        case 10...12: 0.5
        default: Double.random(in: -1e3...1e3, using: &random)
        }
    }

    private static func metrics(_ random: inout SeededGenerator) -> [Metric] {
        ["val_loss", "train_loss", "z/last"].compactMap { name in
            random.once(in: 6) ? nil : Metric.named(name, value(&random))
        }
    }

    private static func telemetry(_ state: SessionState, _ random: inout SeededGenerator) -> TelemetryEvent {
        let attempt = UInt32.random(in: 0...max(state.attemptCount, 1), using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            return .progressReported(
                .with {
                    $0.attempt = attempt
                    $0.epoch = state.epoch + 1
                    $0.step = state.step + 3
                    $0.epochFraction = Double.random(in: 0...1, using: &random)
                })
        case 1:
            return .linesLogged(
                .with {
                    $0.attempt = attempt
                    $0.rank = UInt32.random(in: 0..<2, using: &random)
                    $0.lines = (0..<Int.random(in: 0..<5, using: &random)).map { number in
                        .with {
                            $0.time = Int64(number)
                            $0.source = "stdout"
                            $0.text = "line \(number) of \(attempt)"
                        }
                    }
                })
        case 2:
            return .hostReadingsTaken(
                .with {
                    $0.attempt = attempt
                    $0.rank = UInt32.random(in: 0..<2, using: &random)
                    $0.host = "node"
                    $0.readings = (0..<Int.random(in: 1..<40, using: &random)).map { number in
                        .with {
                            $0.time = Int64(number) * 1000 + Int64.random(in: 0..<5000, using: &random)
                            $0.name = random.once(in: 2) ? "cpu.percent" : "memory.used_bytes"
                            $0.value = value(&random)
                        }
                    }
                })
        default:
            return .metricsReported(
                .with {
                    $0.attempt = attempt
                    $0.series = ["val_loss", "gradient norm"].map { points($0, from: state.step, &random) }
                })
        }
    }

    private static func points(_ name: String, from step: UInt64, _ random: inout SeededGenerator) -> MetricSeries {
        let count = Int.random(in: 1...(random.once(in: 5) ? 300 : 6), using: &random)
        var current = Int64(step) + Int64.random(in: -5...5, using: &random)
        var time = Int64(step) * 1_000_000
        var steps: [Int64] = []
        var times: [Int64] = []
        for _ in 0..<count {
            current +=
                random.once(in: 30)
                ? -Int64.random(in: 0..<20, using: &random) : Int64.random(in: 0..<3, using: &random)
            time += random.once(in: 60) ? -5000 : Int64.random(in: 0..<100_000, using: &random)
            steps.append(current)
            times.append(time)
        }
        return .points(
            name, steps: steps, values: steps.map { _ in value(&random) }, times: random.once(in: 4) ? [] : times)
    }

    private static func command(
        _ state: SessionState, _ session: String, _ random: inout SeededGenerator
    ) -> SessionCommand {
        let number = state.attempt?.number ?? state.attemptCount
        let holder = SessionCommand.Holder(attempt: number, tokenDigest: "token \(number)")
        let epoch = state.epoch
        if state.isArchived, random.once(in: 4) { return .update(archived: false) }
        switch Int.random(in: 0..<35, using: &random) {
        case 0...1:
            return .create(
                .with {
                    $0.name = "name of \(session)"
                    $0.tags = ["one", "two"]
                    $0.configuration = #"{"train":{"epochs":9,"learning_rate":0.01,"patch_size":[8,8,8]},"x":null}"#
                    $0.params = [.text("note", "given")]
                    $0.plannedEpochs = 9
                    $0.monitor = "val_loss"
                    $0.monitorMaximum = random.once(in: 2)
                    $0.maxRestarts = 2
                    if random.once(in: 3) {
                        $0.parentCheckpoint = .with {
                            $0.epoch = 2; $0.step = 20
                        }
                    }
                    if random.once(in: 3) {
                        $0.reproduction = .with {
                            $0.sessionID = "sess_a"; $0.throughEpoch = 4
                        }
                    }
                })
        case 2...5: return .requestStart
        case 6: return .requestStop
        case 7...10:
            return .claimAttempt(
                .with {
                    $0.tokenDigest = "token \(state.attemptCount + 1)"
                    $0.host = "node"
                    $0.leaseSeconds = 30
                })
        case 11...14:
            let back = UInt32.random(in: 0...min(epoch, 3), using: &random)
            return .startAttempt(
                .with {
                    $0.attempt = number
                    $0.firstEpoch = epoch - back + 1
                    $0.firstStep = UInt64(epoch - back) * 10 + 1
                    $0.threads = 1
                }, facts: random.once(in: 2) ? [.text("git_commit", "def")] : [], holder)
        case 15...21:
            return .completeEpoch(
                .with {
                    $0.attempt = number
                    $0.epoch = epoch + 1
                    $0.step = UInt64(epoch + 1) * 10
                    $0.metrics = metrics(&random)
                }, holder)
        case 22...24:
            let isUpload = random.once(in: 4)
            return .saveCheckpoint(
                .with {
                    $0.checkpointID = "ckpt_\(session)\(Int.random(in: 0..<30, using: &random))"
                    $0.attempt = isUpload ? 0 : number
                    $0.epoch = epoch
                    $0.step = UInt64(epoch) * 10
                    $0.digest = Digest(hashing: [UInt8.random(in: 0..<4, using: &random)]).description
                    $0.metrics = metrics(&random)
                    $0.marks = random.once(in: 2) ? [.last] : [.stop]
                }, isUpload ? nil : holder)
        case 25:
            guard let id = state.checkpoints.keys.sorted().randomElement(using: &random).flatMap({ Checkpoint.ID($0) })
            else { return .update(notes: "no checkpoint") }
            return .deleteCheckpoint(id, reason: "test")
        case 26:
            return .saveArtifact(
                .with {
                    $0.path = "file \(Int.random(in: 0..<6, using: &random))"
                    $0.attempt = number
                    if random.once(in: 2) { $0.step = Int64(state.step) }
                    $0.digest = Digest(hashing: [UInt8.random(in: 0..<4, using: &random)]).description
                })
        case 27: return .deleteArtifact(path: "file \(Int.random(in: 0..<6, using: &random))")
        case 28:
            switch Int.random(in: 0..<3, using: &random) {
            case 0: return .finish(.completed(finalMetrics: metrics(&random), earlyStopReason: "enough"), holder)
            case 1: return .finish(.stopped(step: state.step + 2, checkpoint: "", message: "asked"), holder)
            default: return .finish(.failed(message: "broken"), holder)
            }
        case 29: return .loseAttempt(number: number, message: "silence")
        case 30: return .update(params: [.number("train.learning_rate", value(&random)), .text("late", "yes")])
        case 31:
            return .recordProvenance(
                .with {
                    $0.attempt = number; $0.facts = [.text("git_commit", "abc")]
                })
        case 32:
            return .reportResult(
                .with {
                    $0.name = "score"; $0.value = value(&random)
                })
        case 33:
            return .reportReproduction(
                .with {
                    $0.originalSessionID = "sess_a"
                    $0.reproductionSessionID = session
                    $0.verdict = "differs"
                    $0.attempt = number
                })
        default:
            switch Int.random(in: 0..<12, using: &random) {
            case 0...3: return .update(name: "name \(Int.random(in: 0..<9, using: &random))")
            case 4...7: return .update(tags: ["two", "three"])
            case 8...10: return .update(notes: "note \(Int.random(in: 0..<9, using: &random))")
            default: return random.once(in: 2) ? .delete : .archive
            }
        }
    }
}
