import API
import SwiftProtobuf
import Testing
import Tracking
import Trainer
import TrainingConfiguration

@Suite("Replaying a session")
struct SessionReplayTests {
    static let created = SessionEvent.created(
        .with {
            $0.configuration = "{}"
            $0.monitor = "val_loss"
        })

    static func started(_ attempt: UInt32, epoch: UInt32, step: UInt64) -> SessionEvent {
        .attemptStarted(
            .with {
                $0.attempt = attempt
                $0.firstEpoch = epoch
                $0.firstStep = step
            })
    }

    static func epoch(
        _ number: UInt32, loss: Double, step: UInt64? = nil, attempt: UInt32 = 1
    ) -> SessionEvent {
        .epochCompleted(
            .with {
                $0.attempt = attempt
                $0.epoch = number
                $0.step = step ?? UInt64(number) * 10
                $0.metrics = [
                    .with {
                        $0.name = "val_loss"
                        $0.value = loss
                    }
                ]
            })
    }

    static func saved(_ id: String, epoch: UInt32, step: UInt64, attempt: UInt32 = 1) -> SessionEvent {
        .checkpointSaved(
            .with {
                $0.checkpointID = id
                $0.attempt = attempt
                $0.epoch = epoch
                $0.step = step
                $0.digest = "sha256:" + id
            })
    }

    static let parent = SessionEvent.created(
        .with { created in
            created.configuration = "{}"
            created.parentCheckpoint = .with {
                $0.checkpointID = "parent"
                $0.digest = "sha256:parent"
                $0.epoch = 2
                $0.step = 20
            }
        })

    static let table: [(story: String, events: [SessionEvent], points: [String])] = [
        ("nothing was saved", [created, started(1, epoch: 1, step: 1)], []),
        (
            "an epoch was reported and the process died before its checkpoint",
            [
                created, started(1, epoch: 1, step: 1), epoch(1, loss: 1), saved("a", epoch: 1, step: 10),
                epoch(2, loss: 1),
            ],
            ["a"]
        ),
        (
            "several were saved: the newest step goes first",
            [created, started(1, epoch: 1, step: 1), saved("a", epoch: 1, step: 10), saved("b", epoch: 2, step: 14)],
            ["b", "a"]
        ),
        (
            "of two at one step the later goes first",
            [created, started(1, epoch: 1, step: 1), saved("a", epoch: 1, step: 10), saved("b", epoch: 1, step: 10)],
            ["b", "a"]
        ),
        (
            "a deleted one is gone",
            [
                created, started(1, epoch: 1, step: 1), saved("a", epoch: 1, step: 10), saved("b", epoch: 2, step: 20),
                .checkpointDeleted(.with { $0.checkpointID = "b" }),
            ], ["a"]
        ),
        (
            "an upload is never gone on from",
            [created, started(1, epoch: 1, step: 1), saved("u", epoch: 9, step: 90, attempt: 0)], []
        ),
        (
            "what a later attempt began before is superseded",
            [
                created, started(1, epoch: 1, step: 1), saved("a", epoch: 1, step: 10), saved("b", epoch: 2, step: 20),
                started(2, epoch: 2, step: 11),
            ], ["a"]
        ),
        ("the parent's checkpoint is the last resort", [parent, started(1, epoch: 3, step: 21)], ["parent"]),
        (
            "a session that continues another goes on from its own",
            [parent, started(1, epoch: 3, step: 21), saved("a", epoch: 3, step: 25)], ["a", "parent"]
        ),
    ]

    @Test("a checkpoint is chosen: ", arguments: table.indices)
    func resumePoints(row: Int) {
        let (story, events, points) = Self.table[row]
        let replay = SessionReplay(events.enumerated().map { (UInt64($0.offset + 1), $0.element) })
        #expect(replay.resumePoints.map(\.checkpointID) == points, "\(story)")
        #expect(replay.position == UInt64(events.count))
    }

    @Test("the checkpoint that the server names is tried first, and one that is not known is none")
    func firstChoice() {
        let events = [
            Self.created, Self.started(1, epoch: 1, step: 1), Self.saved("a", epoch: 1, step: 10),
            Self.saved("b", epoch: 2, step: 20),
        ].enumerated().map { (UInt64($0.offset + 1), $0.element) }
        #expect(SessionReplay(events, resumingFrom: "a").resumePoints.map(\.checkpointID) == ["a", "b"])
        #expect(SessionReplay(events, resumingFrom: "c").resumePoints.map(\.checkpointID) == ["b", "a"])
    }

    @Test("a stop counts from its request to the session's next start or end")
    func stopRequests() {
        var replay = SessionReplay()
        let steps: [(SessionEvent, Bool)] = [
            (Self.created, false), (.startRequested(.init()), false), (.attemptClaimed(.init()), false),
            (.stopRequested(.init()), true), (.stopped(.init()), false), (.startRequested(.init()), false),
            (.stopRequested(.init()), true), (.completed(.init()), false),
        ]
        for (event, isRequested) in steps {
            replay.add(event, at: 1)
            #expect(replay.isStopRequested == isRequested)
        }
    }

    @Test("the latest record of each epoch is kept, and superseded ones do not count")
    func epochs() {
        var replay = SessionReplay([(1, Self.created), (2, Self.epoch(1, loss: 3)), (3, Self.epoch(2, loss: 2))])
        replay.add(Self.started(2, epoch: 2, step: 11), at: 4)
        #expect(replay.counts(epoch: 1))
        #expect(!replay.counts(epoch: 2))
        #expect(replay.lastEpoch == 1)
        replay.add(Self.epoch(2, loss: 1, attempt: 2), at: 5)
        #expect(replay.counts(epoch: 2))
        #expect(replay.lastEpoch == 2)
        #expect(replay.epochs[2]?.metrics["val_loss"] == 1)
    }

    @Test("the best metric and the patience are those that the recorded epochs give")
    func judgement() throws {
        let configuration = try TrainingConfiguration(
            resolving: ConfigurationSource(
                yaml: "{trainer: {kind: synthetic}, train: {epochs: 9, early_stopping_patience: 3}}"))
        let plan = try TrainingPlan(configuration, batchesPerEpoch: 10)
        let losses = [3, 2, Double.nan, 2, 2.5]
        var replay = SessionReplay()
        replay.add(Self.created, at: 1)
        for (index, loss) in losses.enumerated() {
            replay.add(Self.epoch(UInt32(index + 1), loss: loss), at: UInt64(index + 2))
        }
        let judgement = replay.judgement(through: 5, plan: plan)
        #expect(judgement.bestMetric == 2)
        #expect(judgement.bestEpoch == 2)
        #expect(judgement.stoppingBest == 2)
        #expect(judgement.stoppingBadCount == 3)
        #expect(replay.judgement(through: 2, plan: plan).stoppingBadCount == 0)
        #expect(replay.judgement(through: 0, plan: plan).bestMetric == nil)
    }
}
