import API
import Application
import Tracking

extension RetentionRuleInfo {
    init(_ document: RetentionRuleDocument) {
        self.init()
        let rule = document.settings
        ruleName = document.name
        status = RetentionRule.Status(rawValue: rule.status) ?? .archived
        filter = rule.filter.nonEmpty
        afterDays = rule.afterDays
        redact = rule.redact.compactMap { RedactionKind(rawValue: $0) }
        keepBestCheckpoints = rule.keepBestCheckpoints > 0 ? rule.keepBestCheckpoints : nil
        actor = document.actor
        createdAt = Timestamp(rawValue: document.createdAt)
        updatedAt = Timestamp(rawValue: document.updatedAt)
        position = document.lastPosition
    }
}

extension RetentionReportInfo {
    init(_ report: RetentionReport, isDryRun: Bool) {
        self.init()
        self.isDryRun = isDryRun
        sessions = report.items.map { RetentionItemInfo($0) }
        recordCount = sessions.reduce(0) { $0 + $1.recordCount }
        byteCount = sessions.reduce(0) { $0 + $1.byteCount }
        checkpointCount = sessions.reduce(0) { $0 + $1.checkpoints.count }
        checkpointByteCount = sessions.reduce(0) { $0 + $1.checkpointByteCount }
        hasMore = report.hasMore
    }
}

extension RetentionItemInfo {
    fileprivate init(_ item: RetentionReport.Item) {
        self.init()
        rule = item.rule.text
        sessionID = item.session.text
        sessionName = item.sessionName
        recordCount = item.redacted.recordCount
        byteCount = item.redacted.byteCount
        checkpoints = item.checkpoints.map(\.text)
        checkpointByteCount = item.checkpointByteCount
    }
}
