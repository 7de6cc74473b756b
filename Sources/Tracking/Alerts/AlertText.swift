/// The words of alerts.
enum AlertText {
    static func message(_ rule: AlertFold.Rule, _ metric: String, _ value: Double, _ limit: Double) -> String {
        switch rule.condition {
        case .greaterThan: "\(metric) is \(number(value)), above \(number(limit))"
        case .lessThan: "\(metric) is \(number(value)), below \(number(limit))"
        case .isNaN: "\(metric) is \(number(value))"
        case .noImprovement:
            "\(metric) has not improved for \(rule.settings.window) \(rule.settings.unit); the best is \(number(limit))"
        case .increasesBy:
            "\(metric) is \(number(value)), more than \(number(limit)), which the median of the last \(rule.settings.window) "
                + "points allows"
        case .noReport, .trainingStarted, .trainingCompleted, .trainingFailed, .trainingStopped: metric
        }
    }

    static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity" }
        return Int64(exactly: value).map { String($0) } ?? String(value)
    }

    static func duration(ofSeconds seconds: Int64) -> String {
        switch seconds {
        case 3600... where seconds % 3600 == 0: "\(seconds / 3600) h"
        case 60... where seconds % 60 == 0: "\(seconds / 60) min"
        default: "\(seconds) s"
        }
    }
}
