import Foundation
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

@Suite("The events' codec")
struct EventCodecTests {
    static let sessionEvents: [SessionEvent] = [
        .created(
            .with {
                $0.name = "experiment_001"
                $0.experiment = "nodules"
                $0.group = "g"
                $0.tags = ["unet", "focal-loss"]
                $0.notes = "first"
                $0.configurationPath = "configs/train.yaml"
                $0.configuration = "{\"train\":{\"epochs\":3}}"
                $0.configurationDigest = SessionFixtures.token
                $0.params = [
                    .with {
                        $0.name = "a"; $0.text = "x"
                    },
                    .with {
                        $0.name = "b"; $0.number = 1e-4
                    },
                    .with {
                        $0.name = "c"; $0.integer = -3
                    },
                    .with {
                        $0.name = "d"; $0.flag = true
                    },
                ]
                $0.trainerKind = "unet3d"
                $0.plannedEpochs = 3
                $0.monitor = "val_froc"
                $0.monitorMaximum = true
                $0.maxRestarts = 2
                $0.warnings = ["w"]
                $0.parentCheckpoint = .with {
                    $0.checkpointID = "ckpt_1"; $0.sessionID = "sess_1"; $0.digest = SessionFixtures.token
                    $0.epoch = 2; $0.step = 20
                }
                $0.parentSessionID = "sess_1"
            }),
        .paramsSet(
            .with {
                $0.params = [
                    .with {
                        $0.name = "a"; $0.number = .nan
                    }
                ]
            }),
        .provenanceRecorded(
            .with {
                $0.attempt = 1;
                $0.facts = [
                    .with {
                        $0.name = "git_commit"; $0.text = "abc"
                    }
                ]
            }),
        SessionFixtures.started,
        .attemptClaimed(
            .with {
                $0.attempt = 1; $0.leaseSeconds = 30; $0.tokenDigest = SessionFixtures.token; $0.host = "h"
                $0.processID = 77; $0.devices = ["cpu"]; $0.worldSize = 1
            }),
        .attemptStarted(
            .with {
                $0.attempt = 1; $0.checkpointID = "ckpt_1"; $0.firstEpoch = 3; $0.firstStep = 21; $0.stepsPerEpoch = 10
                $0.binary = "b"; $0.engine = "oneDNN 2.6.3"; $0.instructionSet = "AVX2"; $0.threads = 1
                $0.dataDigest = SessionFixtures.token
            }),
        .epochCompleted(
            .with {
                $0.attempt = 1; $0.epoch = 3; $0.step = 30
                $0.metrics = [
                    .with {
                        $0.name = "train_loss"; $0.value = -.infinity
                    },
                    .with {
                        $0.name = "val_loss"; $0.value = 0.25
                    },
                ]
            }),
        .checkpointSaved(
            .with {
                $0.checkpointID = "ckpt_1"; $0.attempt = 1; $0.epoch = 3; $0.step = 30
                $0.digest = SessionFixtures.token; $0.byteCount = 100; $0.storedByteCount = 80;
                $0.fileName = "m.safetensors"
                $0.metrics = [
                    .with {
                        $0.name = "val_loss"; $0.value = 0.25
                    }
                ]; $0.marks = [.last, .stop]
                $0.format = .safetensors; $0.architecture = "{}"
                $0.completedEpochs = 2
            }),
        .checkpointDeleted(
            .with {
                $0.checkpointID = "ckpt_1"; $0.reason = "r"
            }),
        .artifactSaved(
            .with {
                $0.path = "a/b.png"; $0.digest = SessionFixtures.token; $0.byteCount = 5; $0.storedByteCount = 5
                $0.contentType = "image/png"; $0.version = 1; $0.kind = "image"; $0.key = "k"; $0.step = 0;
                $0.attempt = 1
            }),
        .artifactDeleted(.with { $0.path = "a/b.png" }),
        SessionFixtures.stopRequested,
        .stopped(
            .with {
                $0.attempt = 1; $0.epoch = 3; $0.step = 31; $0.checkpointID = "ckpt_1"; $0.message = "m"
            }),
        .completed(
            .with {
                $0.attempt = 1; $0.epoch = 3; $0.step = 30;
                $0.finalMetrics = [
                    .with {
                        $0.name = "a"; $0.value = 1
                    }
                ]
                $0.earlyStopReason = "e"
            }),
        .failed(
            .with {
                $0.attempt = 1; $0.message = "m"
            }),
        .attemptLost(
            .with {
                $0.attempt = 1; $0.message = "m"
            }),
        .resultReported(
            .with {
                $0.name = "n"; $0.value = 0.5; $0.step = 0; $0.source = "s"
            }),
        .reproductionReported(
            .with {
                $0.originalSessionID = "o"
                $0.reproductionSessionID = "r"
                $0.verdict = "differs"
                $0.throughEpoch = 3
                $0.epochsCompared = 2
                $0.pointsCompared = 20
                $0.checkpointsCompared = 1
                $0.firstDifference = .with {
                    $0.epoch = 2
                    $0.step = 15
                    $0.place = "point"
                    $0.metric = "m"
                    $0.originalValue = 1
                    $0.reproducedValue = .nan
                    $0.absolute = .infinity
                    $0.relative = .infinity
                }
                $0.largestRelativeDifference = .infinity
                $0.factDifferences = [
                    .with {
                        $0.name = "threads"; $0.original = "1"; $0.reproduced = "2"
                    }
                ]
                $0.tolerance = 0.5
                $0.message = "m"
                $0.pointsUnmatched = 4
                $0.attempt = 1
            }),
        .renamed(.with { $0.name = "n" }), .tagged(.with { $0.tags = ["t"] }), .noted(.with { $0.notes = "n" }),
        .archived(Archived()), .unarchived(Unarchived()), .deleted(Deleted()),
        .imported(
            .with {
                ($0.source, $0.sourceVersion, $0.sourcePosition, $0.exportedAt) = ("s", "v", 7, 5)
                ($0.manifestDigest, $0.contentDigest, $0.importedBy) = ("d", "c", "b")
                $0.interruptedStatus = "running"
            }),
        .redacted(
            .with {
                ($0.kinds, $0.reason, $0.positions) = (["logs"], "r", [LogPosition(3), LogPosition(5)])
                ($0.byteCount, $0.before) = (9, 5)
            }),
    ]

    static let telemetryEvents: [TelemetryEvent] = [
        .metricsReported(
            .with {
                $0.attempt = 1
                $0.series = [
                    .with {
                        $0.name = "loss"; $0.stepDeltas = [1, 1, -1]; $0.values = [1, .nan, .infinity];
                        $0.timeDeltas = [5, 1, 1]
                    }
                ]
            }),
        .progressReported(
            .with {
                $0.attempt = 1; $0.epoch = 1; $0.step = 3; $0.epochFraction = 0.5
            }),
        .linesLogged(
            .with {
                $0.attempt = 1; $0.rank = 1
                $0.lines = [
                    .with {
                        $0.time = 1; $0.source = "stdout"; $0.text = "t"; $0.level = "info"
                    }
                ]
            }),
        .hostReadingsTaken(
            .with {
                $0.attempt = 1; $0.rank = 1; $0.host = "h"
                $0.readings = [
                    .with {
                        $0.time = 1; $0.name = "cpu.percent"; $0.value = 5
                    }
                ]
            }),
    ]

    static let webhookEvents: [WebhookEvent] = [
        .created(
            .with {
                $0.url = "https://example.com"; $0.events = ["training_completed"]
            }),
        .changed(
            .with {
                ($0.url, $0.events, $0.format, $0.filter) = ("https://b", ["training_*"], "slack", "experiment = a")
                ($0.enabled, $0.sealedSecret, $0.previousSecretUntil) = (false, .init([1, 2, 3]), 5)
            }), .deleted(WebhookDeleted()),
        .deliveryAttempted(
            .with {
                ($0.position, $0.event, $0.sessionID, $0.attempt) = (7, "training_completed", "sess_a", 2)
                ($0.outcome, $0.statusCode, $0.duration, $0.error) = (
                    "retrying", 500, 1000, "The receiver answered 500."
                )
                ($0.nextAttemptAt, $0.redelivery, $0.attemptedAt) = (20, true, 10)
            }),
        .redeliveryRequested(.with { $0.position = 7 }),
        .replayRequested(.with { ($0.after, $0.through) = (3, 9) }),
    ]

    @Test("every session event is stored as its golden says", arguments: sessionEvents)
    func sessionGoldens(event: SessionEvent) throws { try check(event) }

    @Test("every telemetry event is stored as its golden says", arguments: telemetryEvents)
    func telemetryGoldens(event: TelemetryEvent) throws { try check(event) }

    @Test("every webhook event is stored as its golden says", arguments: webhookEvents)
    func webhookGoldens(event: WebhookEvent) throws { try check(event) }

    static let alertRuleEvents: [AlertRuleEvent] = [
        .created(.with { $0.settings = settings }),
        .changed(
            .with {
                $0.settings = settings
                $0.settings.disabled = true
            }), .deleted(AlertRuleDeleted()),
    ]

    /// A rule with every field set.
    private static let settings = AlertRuleSettings.with {
        ($0.name, $0.source, $0.metric, $0.condition) = ("a", "metric", "*loss", "no_improvement")
        ($0.threshold, $0.resolveThreshold, $0.window, $0.unit, $0.mode) = (0.5, 0.25, 10, "epochs", "min")
        ($0.minDelta, $0.silence, $0.forDuration, $0.forPoints) = (0.125, 1, 2, 3)
        ($0.severity, $0.cooldown, $0.actions, $0.tag) = ("high", 4, ["notify", "stop", "tag"], "flat")
        ($0.filter, $0.sessionID, $0.origin) = ("experiment = a", "sess_a", "api")
    }

    static let alertEvents: [AlertEvent] = [
        .triggered(
            .with {
                ($0.alertID, $0.ruleID, $0.ruleName, $0.severity) = ("alert_7_a", "rule_a", "a", "high")
                ($0.sessionID, $0.metric, $0.condition) = ("sess_a", "loss", "greater_than")
                ($0.value, $0.threshold, $0.message, $0.step) = (2, 1, "loss is 2, above 1", 30)
                ($0.measuredAt, $0.position, $0.actions, $0.tag) = (5, 7, ["tag"], "flat")
            }),
        .acknowledged(.with { ($0.alertID, $0.by, $0.notes) = ("alert_7_a", "ada", "seen") }),
        .resolved(
            .with {
                ($0.alertID, $0.reason, $0.by, $0.notes) = ("alert_7_a", "by_hand", "ada", "done")
                ($0.value, $0.hasValue_p) = (0.5, true)
            }),
    ]

    static let notificationEvents: [NotificationEvent] = [
        .read(.with { $0.positions = [3, 7] }), .allRead(.with { $0.through = 9 }),
        .cleared(.with { ($0.positions, $0.through) = ([3], 9) }),
    ]

    static let logKeyEvents: [LogKeyEvent] = [
        .rotated(
            .with {
                ($0.verifierKey, $0.earlierKeys, $0.signsUntil) = ("a+00000002+AQ==", ["a+00000001+AQ=="], 7)
            }),
        .retired(.with { ($0.verifierKey, $0.lastSize) = ("a+00000001+AQ==", 9) }),
    ]

    @Test("every event of the log's keys is stored as its golden says", arguments: logKeyEvents)
    func logKeyGoldens(event: LogKeyEvent) throws { try check(event) }

    static let modelEvents: [ModelEvent] = [
        .aliasSet(
            .with {
                ($0.alias, $0.checkpointID, $0.sessionID) = ("production", "ckpt_b", "sess_a")
                ($0.digest, $0.reason, $0.previousCheckpointID, $0.by) = ("sha256:0", "better", "ckpt_a", "ada")
            }),
        .aliasRemoved(
            .with {
                ($0.alias, $0.reason, $0.previousCheckpointID, $0.by) = ("production", "withdrawn", "ckpt_b", "ada")
            }),
    ]

    @Test("every event of models is stored as its golden says", arguments: modelEvents)
    func modelGoldens(event: ModelEvent) throws { try check(event) }

    static let retentionEvents: [RetentionEvent] = [
        .ruleSet(
            .with {
                $0.settings = .with {
                    ($0.status, $0.filter, $0.afterDays) = ("ended", "tags = a", 30)
                    ($0.redact, $0.keepBestCheckpoints) = (["host_readings", "logs"], 3)
                }
            }),
        .ruleDeleted(RetentionRuleDeleted()),
    ]

    @Test("every event of retention rules is stored as its golden says", arguments: retentionEvents)
    func retentionGoldens(event: RetentionEvent) throws { try check(event) }

    @Test("every event of alert rules is stored as its golden says", arguments: alertRuleEvents)
    func alertRuleGoldens(event: AlertRuleEvent) throws { try check(event) }

    @Test("every event of alerts is stored as its golden says", arguments: alertEvents)
    func alertGoldens(event: AlertEvent) throws { try check(event) }

    @Test("every event of notifications is stored as its golden says", arguments: notificationEvents)
    func notificationGoldens(event: NotificationEvent) throws { try check(event) }

    @Test("no type is missing from the goldens and none stands twice")
    func complete() {
        #expect(Set(Self.sessionEvents.map(\.type)).count == 26)
        #expect(Self.sessionEvents.count == 26)
    }

    @Test("an unknown type and a broken payload are told apart")
    func errors() {
        #expect(throws: EventCodecError.unknownType("session.exploded")) {
            try SessionEvent(type: "session.exploded", payload: [])
        }
        do {
            _ = try SessionEvent(type: "session.created", payload: [0xFF])
            Issue.record("a broken payload was read")
        } catch {
            guard case .malformed("session.created", _) = error else {
                Issue.record("the error is \(error)")
                return
            }
        }
    }

    @Test("a payload over the limit is refused with its size")
    func tooLarge() {
        let event = SessionEvent.noted(.with { $0.notes = String(repeating: "x", count: 300_000) })
        #expect(throws: EventCodecError.tooLarge(type: "session.noted", byteCount: 300_004)) { try event.encoded() }
    }

    @Test("decoding never traps on any bytes", arguments: 0..<50)
    func fuzz(seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        for event in Self.sessionEvents {
            var payload = try event.encoded().payload
            if payload.isEmpty { continue }
            for _ in 0..<20 { payload[Int(next() % UInt64(payload.count))] = UInt8(truncatingIfNeeded: next()) }
            do {
                _ = try SessionEvent(type: event.type, payload: payload)
            } catch {
                #expect("\(error)".contains(event.type))
            }
        }
    }

    private func check<Event: DomainEvent>(_ event: Event) throws {
        let encoded = try event.encoded()
        try Golden.expect(encoded.payload, named: event.type + ".v1.bin")
        let decoded = try Event(type: event.type, payload: encoded.payload)
        // Messages with NaN are not equal to themselves; their bytes are.
        #expect(try decoded.encoded() == encoded)
    }
}
