import SwiftProtobuf
import TestSupport
import Testing
import Tracking

@Suite("A session's timeline")
struct SessionTimelineTests {
    private struct Start {
        var attempt: UInt32
        var epoch: UInt32
        var step: UInt64
        var checkpoint = ""

        var event: AttemptStarted {
            .with {
                $0.attempt = attempt
                $0.firstEpoch = epoch
                $0.firstStep = step
                $0.checkpointID = checkpoint
            }
        }

        var record: AttemptRecord {
            .with {
                $0.number = attempt
                $0.firstEpoch = epoch
                $0.firstStep = step
                $0.checkpointID = checkpoint
            }
        }

        /// Whether it does again what was recorded after `step` steps.
        func repeats(step other: Int64) -> Bool { (step == 1 && checkpoint.isEmpty) || Int64(step) <= other }
    }

    private static func timeline(_ starts: [Start]) -> SessionTimeline {
        starts.reduce(into: SessionTimeline()) { $0.start($1.event) }
    }

    /// Attempts that begin anywhere, some of which were claimed and never began.
    private static func randomStarts(_ random: inout SeededGenerator) -> [Start] {
        var starts: [Start] = []
        for attempt in 1...UInt32.random(in: 1...8, using: &random) where Int.random(in: 0..<5, using: &random) > 0 {
            let epoch = UInt32.random(in: 1...10, using: &random)
            let isAnew = Int.random(in: 0..<4, using: &random) == 0
            // The step of an attempt that goes on inside an epoch is not the epoch's first.
            let step = isAnew ? 1 : UInt64(epoch - 1) * 10 + UInt64.random(in: 1...10, using: &random)
            starts.append(
                Start(attempt: attempt, epoch: isAnew ? 1 : epoch, step: step, checkpoint: isAnew ? "" : "ckpt_1"))
        }
        return starts
    }

    @Test("what was recorded counts when no later attempt began at or before it", arguments: 0..<40 as Range<UInt64>)
    func oracle(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<25 {
            let starts = Self.randomStarts(&random)
            let timeline = Self.timeline(starts)
            #expect(timeline == SessionTimeline(starts.map(\.record)))
            for attempt in 1...9 as ClosedRange<UInt32> {
                let later = starts.filter { $0.attempt > attempt }
                for epoch in 1...11 as ClosedRange<UInt32> {
                    let isRepeated = later.contains { $0.epoch <= epoch }
                    #expect(timeline.counts(epoch: epoch, ofAttempt: attempt) == !isRepeated, "\(starts)")
                }
                for step in stride(from: 0, through: 110, by: 3) as StrideThrough<Int64> {
                    let isRepeated = later.contains { $0.repeats(step: step) }
                    #expect(timeline.counts(step: step, ofAttempt: attempt) == !isRepeated, "\(starts)")
                    let epochs = UInt32(step / 10)
                    let isGone = isRepeated || later.contains { $0.epoch <= epochs }
                    let counts = timeline.counts(
                        checkpointAfter: UInt64(step), completedEpochs: epochs, ofAttempt: attempt)
                    #expect(counts == !isGone, "\(starts)")
                }
            }
        }
    }

    @Test("everything counts while no attempt began after it")
    func nothingRepeated() {
        let timeline = Self.timeline([Start(attempt: 1, epoch: 1, step: 1)])
        #expect(timeline.epochEnd(ofAttempt: 1) == nil)
        #expect(timeline.stepEnd(ofAttempt: 1) == nil)
        #expect(timeline.counts(epoch: .max, ofAttempt: 1))
        #expect(SessionTimeline().counts(step: 0, ofAttempt: 1))
    }

    @Test("an attempt that goes on leaves what its checkpoint holds")
    func goesOn() {
        let timeline = Self.timeline([
            Start(attempt: 1, epoch: 1, step: 1), Start(attempt: 2, epoch: 3, step: 21, checkpoint: "ckpt_1"),
        ])
        #expect(timeline.counts(epoch: 2, ofAttempt: 1) && !timeline.counts(epoch: 3, ofAttempt: 1))
        #expect(timeline.counts(step: 20, ofAttempt: 1) && !timeline.counts(step: 21, ofAttempt: 1))
        #expect(timeline.counts(checkpointAfter: 20, completedEpochs: 2, ofAttempt: 1))
        #expect(!timeline.counts(checkpointAfter: 21, completedEpochs: 2, ofAttempt: 1))
    }

    @Test("an attempt that begins anew leaves nothing of those before it, also no step 0, and uploads stay")
    func beginsAnew() {
        let timeline = Self.timeline([
            Start(attempt: 1, epoch: 1, step: 1), Start(attempt: 2, epoch: 1, step: 1),
        ])
        #expect(!timeline.counts(epoch: 1, ofAttempt: 1))
        #expect(!timeline.counts(step: 0, ofAttempt: 1))
        #expect(!timeline.counts(checkpointAfter: 0, completedEpochs: 0, ofAttempt: 1))
        #expect(timeline.counts(epoch: 1, ofAttempt: 2) && timeline.counts(step: 0, ofAttempt: 2))
        #expect(timeline.counts(step: 0, ofAttempt: 0))
        #expect(timeline.counts(checkpointAfter: 0, completedEpochs: 9, ofAttempt: 0))
    }

    @Test("an attempt that begins at step 1 with a checkpoint leaves what was recorded at step 0")
    func beginsAtTheFirstStepOfAParent() {
        let timeline = Self.timeline([
            Start(attempt: 1, epoch: 1, step: 1), Start(attempt: 2, epoch: 1, step: 1, checkpoint: "ckpt_1"),
        ])
        #expect(timeline.counts(step: 0, ofAttempt: 1) && !timeline.counts(step: 1, ofAttempt: 1))
    }

    @Test("an attempt that goes on later does not bring back what one between them did again")
    func staysRepeated() {
        let timeline = Self.timeline([
            Start(attempt: 1, epoch: 1, step: 1), Start(attempt: 2, epoch: 2, step: 11, checkpoint: "ckpt_1"),
            Start(attempt: 3, epoch: 5, step: 41, checkpoint: "ckpt_2"),
        ])
        #expect(!timeline.counts(epoch: 3, ofAttempt: 1) && timeline.counts(epoch: 3, ofAttempt: 2))
        #expect(!timeline.counts(epoch: 5, ofAttempt: 2))
    }

    @Test("an artifact counts by its step, one without a step always, and a replaced checkpoint never")
    func documents() {
        let timeline = Self.timeline([
            Start(attempt: 1, epoch: 1, step: 1), Start(attempt: 2, epoch: 2, step: 11, checkpoint: "ckpt_1"),
        ])
        func artifact(_ step: Int64?) -> ArtifactDocument {
            .with {
                $0.attempt = 1
                if let step { $0.step = step }
            }
        }
        #expect(timeline.counts(artifact(nil)) && timeline.counts(artifact(10)) && !timeline.counts(artifact(11)))
        #expect(
            timeline.counts(
                CheckpointDocument.with {
                    $0.attempt = 1; $0.step = 10; $0.completedEpochs = 1
                }))
        #expect(
            !timeline.counts(
                CheckpointDocument.with {
                    $0.attempt = 2; $0.step = 10; $0.replaced = true
                }))
    }
}
