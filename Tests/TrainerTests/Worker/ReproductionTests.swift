import SwiftProtobuf
import Testing
import Tracking
import Trainer

@Suite("Doing a training again")
struct ReproductionTests {
    /// What the session of `rehearsal` would have a reproduction do.
    private static func reproduction(of rehearsal: Rehearsal, through epoch: UInt32) throws -> Reproduction {
        let started = try #require(
            rehearsal.service.events.compactMap { event -> AttemptStarted? in
                if case .attemptStarted(let started) = event { started } else { nil }
            }.last)
        return .with {
            $0.sessionID = "sess_original"
            $0.throughEpoch = epoch
            $0.binary = started.binary
            $0.engine = started.engine
            $0.threads = started.threads
            $0.dataDigest = started.dataDigest
        }
    }

    private static func digests(_ rehearsal: Rehearsal) -> [UInt64: String] {
        var digests: [UInt64: String] = [:]
        for event in rehearsal.service.events {
            if case .checkpointSaved(let saved) = event { digests[saved.step] = saved.digest }
        }
        return digests
    }

    @Test("a reproduction ends after the last epoch asked for, in the bits that the whole schedule gives there")
    func ends() async throws {
        let original = try Rehearsal(SyntheticTrainingTests.yaml)
        try await original.attempt()
        let copy = try Rehearsal(
            SyntheticTrainingTests.yaml, reproduction: try Self.reproduction(of: original, through: 2))
        #expect(try await copy.attempt() == .completed)
        #expect(copy.visibleEpochs == [1, 2])
        #expect(Self.digests(copy) == Self.digests(original).filter { $0.key <= 8 })
        guard case .completed(let completed)? = copy.service.events.last else {
            Issue.record("the reproduction did not complete")
            return
        }
        #expect(completed.earlyStopReason.contains("no epoch after epoch 2"))
    }

    @Test("under other circumstances it is refused before the first step, with every difference named")
    func refused() async throws {
        let original = try Rehearsal(SyntheticTrainingTests.yaml)
        try await original.attempt()
        var reproduction = try Self.reproduction(of: original, through: 3)
        reproduction.binary = "sha256:other"
        reproduction.threads = 9
        let copy = try Rehearsal(SyntheticTrainingTests.yaml, reproduction: reproduction)
        guard case .failed(let message) = try await copy.attempt() else {
            Issue.record("the reproduction was not refused")
            return
        }
        #expect(message.contains("the program was sha256:other and is now test"))
        #expect(message.contains("the number of threads was 9 and is now 1"))
        #expect(!message.contains("the data"))
        #expect(copy.visibleEpochs.isEmpty)

        reproduction.allowDifferences = true
        let allowed = try Rehearsal(SyntheticTrainingTests.yaml, reproduction: reproduction)
        #expect(try await allowed.attempt() == .completed)
        #expect(Self.digests(allowed) == Self.digests(original))
    }

    @Test("crashes that the configuration plans are not repeated")
    func crashes() async throws {
        let yaml = SyntheticTrainingTests.yaml.replacing(
            "metric_count: 2", with: "metric_count: 2, crash_at_epoch: 2, crash_count: 1")
        let original = try Rehearsal(yaml)
        await #expect(throws: TrainerError(.plannedCrash, "")) { try await original.attempt() }
        original.service.loseAttempt()
        #expect(try await original.attempt() == .completed)
        let copy = try Rehearsal(yaml, reproduction: try Self.reproduction(of: original, through: 3))
        #expect(try await copy.attempt() == .completed)
        #expect(copy.finalDigest == original.finalDigest)
    }
}
