import API
import Tracking

/// Retention rules and what they take, as tables and words.
enum RetentionPresentation {
    /// One row a rule.
    static func table(_ rules: [RetentionRuleInfo], moment: (Timestamp?) -> String) -> TextTable {
        var table = TextTable([
            .init("RULE"), .init("SESSIONS"), .init("AFTER"), .init("TAKES", mayShrink: true),
            .init("FILTER", mayShrink: true, isOptional: true), .init("SET", isOptional: true),
        ])
        for rule in rules {
            table.add([
                rule.ruleName, rule.status.rawValue, days(rule), takes(rule), rule.filter ?? "",
                moment(rule.updatedAt),
            ])
        }
        return table
    }

    /// One row for what a rule takes of a session.
    static func table(_ items: [RetentionItemInfo]) -> TextTable {
        var table = TextTable([
            .init("RULE", mayShrink: true), .init("SESSION"), .init("NAME", mayShrink: true, isOptional: true),
            .init("RECORDS"), .init("SIZE"), .init("CHECKPOINTS"), .init("SIZE"),
        ])
        for item in items {
            table.add([
                item.rule, item.sessionID, item.sessionName, String(item.recordCount), size(item.byteCount),
                String(item.checkpoints.count), size(item.checkpointByteCount),
            ])
        }
        return table
    }

    /// A rule in words: `archived sessions lose logs after 90 days`.
    static func words(_ rule: RetentionRuleInfo) -> String {
        "\(rule.status.rawValue) sessions lose \(takes(rule)) after \(days(rule))"
            + (rule.filter.map { ", where \(DisplayText.safe($0))" } ?? "")
    }

    /// A report in numbers: `12 records (3.4 kB) and 2 checkpoints (1.1 MB)`.
    static func amount(_ report: RetentionReportInfo) -> String {
        let records = RedactCommand.amount(report.recordCount, report.byteCount)
        let count = report.checkpointCount
        guard count > 0 else { return records }
        let checkpoints = "\(count) checkpoint\(count == 1 ? "" : "s") (\(size(report.checkpointByteCount)))"
        return report.recordCount > 0 ? "\(records) and \(checkpoints)" : checkpoints
    }

    private static func takes(_ rule: RetentionRuleInfo) -> String {
        let checkpoints = rule.keepBestCheckpoints.map {
            $0 == 1 ? "all but the best checkpoint" : "all but the \($0) best checkpoints"
        }
        return (rule.redact.map(\.rawValue) + [checkpoints].compactMap { $0 }).joined(separator: ", ")
    }

    private static func days(_ rule: RetentionRuleInfo) -> String {
        rule.afterDays == 1 ? "1 day" : "\(rule.afterDays) days"
    }

    private static func size(_ byteCount: Int) -> String { HumanFormat.size(Int64(byteCount)) }
}
