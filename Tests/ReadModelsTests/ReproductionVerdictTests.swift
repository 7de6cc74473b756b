import ReadModels
import SwiftProtobuf
import Testing
import Tracking

/// What is said of a reproduction by what it recorded.
struct ReproductionVerdictTests {
    /// A reproduction through epoch 3 of a session whose program was `a`.
    static func session(
        tolerance: Double = 0, allowsDifferences: Bool = false, binary: String = "a", kind: String = "unet3d"
    ) -> SessionDocument {
        .with {
            $0.sessionID = "sess_r"
            $0.trainerKind = kind
            $0.attempt = 1
            $0.reproduction = .with {
                $0.sessionID = "sess_o"
                $0.throughEpoch = 3
                $0.tolerance = tolerance
                $0.allowDifferences = allowsDifferences
                $0.binary = "a"
                $0.threads = 1
            }
            $0.attempts = [
                .with {
                    $0.number = 1
                    $0.startedAt = 1
                    $0.binary = binary
                    $0.threads = 1
                }
            ]
        }
    }

    private static let original = TrainingComparisonTests.record()

    private static func verdict(_ session: SessionDocument, _ record: TrainingRecord) -> String {
        ReproductionVerdict.report(on: session, original: original, record: record).verdict
    }

    @Test("A difference is forgiven up to the tolerance, and without one never")
    func tolerance() {
        let other = TrainingComparisonTests.record { $0.points["loss"]?.values[5] *= 1 + 1e-7 }
        #expect(Self.verdict(Self.session(), Self.original) == "identical")
        #expect(Self.verdict(Self.session(tolerance: 1e-6), Self.original) == "identical")
        #expect(Self.verdict(Self.session(), other) == "differs")
        #expect(Self.verdict(Self.session(tolerance: 1e-8), other) == "differs")
        #expect(Self.verdict(Self.session(tolerance: 1e-6), other) == "within_tolerance")
        let weights = TrainingComparisonTests.record { $0.checkpoints[12] = "sha256:x" }
        #expect(Self.verdict(Self.session(), weights) == "differs")
        #expect(Self.verdict(Self.session(tolerance: 1e-6), weights) == "within_tolerance")
    }

    @Test("One that ended early is incomplete, unless it had parted before")
    func incomplete() {
        let short = TrainingComparisonTests.record { $0.epochs.removeLast() }
        #expect(Self.verdict(Self.session(), short) == "incomplete")
        #expect(Self.verdict(Self.session(), TrainingRecord()) == "incomplete")
        let other = TrainingComparisonTests.record {
            $0.epochs.removeLast()
            $0.points["loss"]?.values[0] = 0
        }
        #expect(Self.verdict(Self.session(), other) == "differs")
    }

    @Test("Equal epochs alone prove no bits, except for programs that record nothing else")
    func earned() {
        let epochs = TrainingRecord(epochs: Self.original.epochs)
        #expect(Self.verdict(Self.session(), epochs) == "incomplete")
        #expect(Self.verdict(Self.session(kind: "command"), epochs) == "identical")
    }

    @Test("Another program is refused by name, and named in the verdict when it was allowed")
    func facts() {
        let refused = ReproductionVerdict.report(
            on: Self.session(binary: "b"), original: Self.original, record: TrainingRecord())
        #expect(refused.verdict == "refused" && refused.factDifferences.map(\.name) == ["binary"])
        #expect(refused.factDifferences[0].original == "a" && refused.factDifferences[0].reproduced == "b")
        let allowed = ReproductionVerdict.report(
            on: Self.session(allowsDifferences: true, binary: "b"), original: Self.original, record: Self.original)
        #expect(allowed.verdict == "identical" && allowed.factDifferences.map(\.name) == ["binary"])
        #expect(allowed.epochsCompared == 3 && allowed.pointsCompared == 12 && allowed.checkpointsCompared == 3)
    }

    @Test("A verdict stands in both documents, and what ended without one is known")
    func documents() throws {
        var script = EventScript()
        try script.append(.created(.with { $0.name = "o" }), to: "sess_o")
        try script.append(.created(.with { $0.reproduction = Self.session().reproduction }), to: "sess_r")
        try script.append(.failed(.with { $0.message = "m" }), to: "sess_r")
        try script.append(.failed(.with { $0.message = "m" }), to: "sess_o")
        let before = try Documents(script)
        #expect(try before.models.read { try $0.unreportedReproductions().map(\.text) } == ["sess_r"])
        let report = ReproductionReported.with {
            $0.originalSessionID = "sess_o"
            $0.reproductionSessionID = "sess_r"
            $0.verdict = "incomplete"
        }
        try script.append(.reproductionReported(report), to: "sess_o")
        try script.append(.reproductionReported(report), to: "sess_r")
        let after = try Documents(script)
        for id in ["sess_o", "sess_r"] { #expect(try after.session(Session.ID(id)!).reproductions == [report]) }
        #expect(try after.models.read { try $0.unreportedReproductions() }.isEmpty)
        try script.append(.startRequested(StartRequested()), to: "sess_r")
        try script.append(.failed(.with { $0.message = "m" }), to: "sess_r")
        #expect(try Documents(script).models.read { try $0.unreportedReproductions().map(\.text) } == ["sess_r"])
    }
}
