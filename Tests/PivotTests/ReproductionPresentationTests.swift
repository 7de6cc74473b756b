import ArgumentParser
import JSON
import Testing
import TrackingClient
import pivot

@Suite struct ReproductionPresentationTests {
    private static func report(_ changes: JSONObject = [:]) -> ReproductionPresentation {
        var report: JSONObject = [
            "original_session_id": "sess_o", "reproduction_session_id": "sess_r", "attempt": 1, "verdict": "identical",
            "message": "All the same.", "through_epoch": 5, "epochs_compared": 5, "points_compared": 240,
            "points_unmatched": 0, "checkpoints_compared": 4, "largest_relative_difference": 0.0, "tolerance": 0.0,
        ]
        for (key, value) in changes { report[key] = value }
        return ReproductionPresentation(.object(report))
    }

    @Test("A verdict says what was compared")
    func identical() {
        #expect(
            Self.report().lines { $0 } == [
                "Verdict       bit-identical", "              All the same.", "Original      sess_o",
                "Reproduction  sess_r",
                "Compared      5 of 5 epochs' metrics, 240 points by step, 4 checkpoints by digest",
            ])
    }

    @Test("A difference is shown with its place, both values in all their digits, and its size")
    func difference() {
        let lines = Self.report([
            "verdict": "differs", "largest_relative_difference": 0.5,
            "first_difference": [
                "epoch": 2, "step": 17, "place": "point", "metric": "train_loss",
                "original_value": 0.30000000000000004, "reproduced_value": "NaN", "absolute": "Infinity",
                "relative": "Infinity",
            ],
            "fact_differences": [["name": "threads", "original": "1", "reproduced": "2"]],
        ]).lines { $0 }
        #expect(lines.contains { $0.hasSuffix("epoch 2, step 17: train_loss") })
        #expect(lines.contains { $0.hasSuffix("0.30000000000000004 then, nan now") })
        #expect(lines.contains { $0.hasSuffix("a difference of ∞, ∞ of the value") })
        #expect(lines.contains { $0.hasSuffix("threads: 1 then, 2 now") })
    }

    @Test("Every verdict and every failure has a status of its own, and the help tells them")
    func statuses() {
        let verdicts = ["identical", "within_tolerance", "differs", "refused", "incomplete"]
        #expect(verdicts.map { ReproductionStatus(verdict: $0)?.rawValue } == [0, 3, 4, 5, 6])
        #expect(ReproductionStatus(verdict: "unknown") == nil)
        #expect(ReproductionStatus(.notFound).rawValue == 8 && ReproductionStatus(.unreachable).rawValue == 7)
        let text = Pivot.helpMessage(for: ReproduceCommand.self, columns: 100)
        for status in ReproductionStatus.allCases {
            let number = "\(status.rawValue)"
            #expect(text.contains("  \(number)" + String(repeating: " ", count: 5 - number.count)), "\(status)")
        }
    }
}
