import API
import Application
import Hummingbird
import Tracking
import WebServer

/// Retention rules, and what they take away.
struct RetentionEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.listRetentionRules, list), Endpoint(.setRetentionRule, set),
            Endpoint(.deleteRetentionRule, delete), Endpoint(.previewRetention, preview), Endpoint(.runRetention, run),
        ]
    }

    @Sendable private func list(_ call: Call) async throws -> Response {
        .read(try await tracker.queries.retentionRules(try call.freshness())) { rules in
            var list = RetentionRuleList()
            list.rules = rules.map { RetentionRuleInfo($0) }
            list.total = rules.count
            return list
        }
    }

    @Sendable private func set(_ call: Call) async throws -> Response {
        let (request, body) = try await call.json(RetentionRuleRequest.self, of: .setRetentionRule)
        return .written(
            try await tracker.retention.set(
                try call.ruleName, to: RetentionRuleSettings(request),
                as: try call.identity("set-retention-rule", body))
        ) { RetentionRuleInfo($0) }
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        .written(
            try await tracker.retention.delete(try call.ruleName, as: try call.identity("delete-retention-rule"))
        ) { rule in
            var info = RetentionRuleInfo(rule)
            info.message = "The retention rule \(info.ruleName) was deleted. What it took away stays away."
            return info
        }
    }

    @Sendable private func preview(_ call: Call) async throws -> Response {
        .read(try await tracker.retention.preview(limit: try call.sessionLimit)) {
            RetentionReportInfo($0, isDryRun: true)
        }
    }

    @Sendable private func run(_ call: Call) async throws -> Response {
        .written(try await tracker.retention.run(limit: try call.sessionLimit)) {
            RetentionReportInfo($0, isDryRun: false)
        }
    }
}

extension Call {
    /// The rule in the path.
    ///
    /// - Throws: 422 for what is no name.
    fileprivate var ruleName: RetentionRule.Name {
        get throws {
            guard let name = RetentionRule.Name(parameters["name"] ?? "") else {
                throw FieldError("name", RetentionRule.Name.rule)
            }
            return name
        }
    }

    /// The sessions of which something is taken.
    fileprivate var sessionLimit: Int {
        get throws {
            try query.limit(maximum: Retention.maximumLimit) ?? Retention.defaultLimit
        }
    }
}

extension RetentionRuleSettings {
    fileprivate init(_ request: RetentionRuleRequest) {
        self.init()
        status = request.status.rawValue
        filter = request.filter ?? ""
        afterDays = request.afterDays
        redact = request.redact?.map(\.rawValue) ?? []
        keepBestCheckpoints = request.keepBestCheckpoints ?? 0
    }
}
