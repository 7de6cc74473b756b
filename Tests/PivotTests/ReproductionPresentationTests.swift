import API
import ArgumentParser
import Testing
import pivot

@Suite struct ReproductionPresentationTests {
    private static func lines(_ change: (inout ReproductionVerdictInfo) -> Void = { _ in }) -> [String] {
        var report = ReproductionVerdictInfo()
        report.originalSessionID = "sess_o"
        report.reproductionSessionID = "sess_r"
        report.attempt = 1
        report.verdict = "identical"
        report.message = "All the same."
        report.throughEpoch = 5
        report.epochsCompared = 5
        report.pointsCompared = 240
        report.checkpointsCompared = 4
        change(&report)
        return ReproductionPresentation(report).lines { $0 }
    }

    @Test("A verdict says what was compared")
    func identical() {
        #expect(
            Self.lines() == [
                "Verdict       bit-identical", "              All the same.", "Original      sess_o",
                "Reproduction  sess_r",
                "Compared      5 of 5 epochs' metrics, 240 points by step, 4 checkpoints by digest",
            ])
    }

    @Test("A difference is shown with its place, both values in all their digits, and its size")
    func difference() {
        let lines = Self.lines {
            $0.verdict = "differs"
            $0.largestRelativeDifference = 0.5
            var difference = ReproductionVerdictInfo.Difference()
            difference.epoch = 2
            difference.step = 17
            difference.place = "point"
            difference.metric = "train_loss"
            difference.originalValue = 0.30000000000000004
            difference.reproducedValue = .nan
            difference.absolute = .infinity
            difference.relative = .infinity
            $0.firstDifference = difference
            var fact = ReproductionVerdictInfo.Fact()
            fact.name = "threads"
            fact.original = "1"
            fact.reproduced = "2"
            $0.factDifferences = [fact]
        }
        #expect(lines.contains { $0.hasSuffix("epoch 2, step 17: train_loss") })
        #expect(lines.contains { $0.hasSuffix("0.30000000000000004 then, nan now") })
        #expect(lines.contains { $0.hasSuffix("a difference of ∞ (∞ relative)") })
        #expect(lines.contains { $0.hasSuffix("threads: 1 then, 2 now") })
    }

    @Test("Every verdict has a status of its own, and the help tells them")
    func statuses() throws {
        let verdicts = ["identical", "within_tolerance", "differs", "refused", "incomplete"]
        let statuses = try verdicts.map { try #require(CommandStatus(verdict: $0)) }
        #expect(statuses.map(\.rawValue) == [0, 10, 11, 12, 13])
        #expect(CommandStatus(verdict: "unknown") == nil)
        let text = Pivot.helpMessage(for: ReproduceCommand.self, columns: 100)
        for status in statuses {
            let number = "\(status.rawValue)"
            #expect(text.contains("  \(number)" + String(repeating: " ", count: 5 - number.count)), "\(status)")
        }
    }
}
