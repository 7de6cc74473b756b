import API
import Testing
import Tracking
import pivot

@Suite struct AlertPresentationTests {
    private func rule(_ condition: AlertRule.Condition, _ more: (inout AlertRuleInfo) -> Void = { _ in }) -> String {
        var rule = AlertRuleInfo()
        rule.condition = condition
        rule.metric = condition.isOfValues ? "val_loss" : nil
        more(&rule)
        return AlertPresentation.condition(rule)
    }

    @Test("What a rule calls wrong is said in words")
    func conditions() {
        #expect(
            rule(.greaterThan) { ($0.threshold, $0.forPoints) = (2, 3) } == "val_loss above 2 for 3 points")
        #expect(rule(.lessThan) { ($0.threshold, $0.forSeconds) = (0.5, 30) } == "val_loss below 0.5 for 30 s")
        #expect(rule(.isNaN) == "val_loss is NaN or infinite")
        #expect(
            rule(.noImprovement) { ($0.window, $0.unit, $0.mode, $0.minDelta) = (20, "epochs", "max", 0.01) }
                == "val_loss has no new maximum for 20 epochs, by at least 0.01")
        #expect(
            rule(.increasesBy) { ($0.window, $0.threshold) = (10, 2) }
                == "val_loss above the median of its last 10 points by more than 2 times that")
        #expect(rule(.noReport) { $0.silence = 600 } == "nothing reported for 10 min")
        #expect(rule(.trainingFailed) == "a training fails")
    }

    @Test("A sheet says who has seen to an alert, and a table whose alert it is")
    func alerts() {
        var alert = AlertInfo()
        (alert.id, alert.ruleID, alert.ruleName) = ("alert_8_0123456789abcdef", "rule_1", "high")
        (alert.status, alert.resolution, alert.message) = (.resolved, .byHand, "x is 2,\u{1B} above 1")
        (alert.resolvedAt, alert.resolvedBy) = (Timestamp(rawValue: 1), "ana")
        let sheet = AlertPresentation.sheet(alert) { $0 == nil ? "" : "then" }.lines()
        #expect(sheet.contains { $0.hasPrefix("Status") && $0.hasSuffix("resolved: by hand") })
        #expect(sheet.contains { $0.hasPrefix("Resolved") && $0.hasSuffix("then by ana") })
        #expect(!sheet.contains { $0.contains("\u{1B}") })
        let row = AlertPresentation.table([alert]) { _ in "then" }.rows[0]
        #expect(row.suffix(2) == ["server", "then"])
    }
}
