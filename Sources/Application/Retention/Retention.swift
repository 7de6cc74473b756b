package import EventLog
import ReadModels
package import Tracking

/// Rules that say what is kept of sessions, and their work: redactions and deletions of checkpoints.
package struct Retention: Sendable {
    /// The sessions of which one call takes something, unless it says otherwise.
    package static let defaultLimit = 100
    package static let maximumLimit = 1000

    private let core: TrackerCore
    private let redactions: Redactions
    private let checkpoints: Checkpoints
    private let queries: Queries

    init(_ core: TrackerCore, redactions: Redactions, checkpoints: Checkpoints, queries: Queries) {
        self.core = core
        self.redactions = redactions
        self.checkpoints = checkpoints
        self.queries = queries
    }

    // MARK: - Rules

    /// Sets all of the rule called `name`, whether there is one already or not. Nothing is recorded when it is so already.
    ///
    /// - Throws: `invalid`.
    package func set(
        _ name: RetentionRule.Name, to settings: RetentionRuleSettings, as identity: CommandIdentity
    ) async throws -> Written<RetentionRuleDocument> {
        var settings = settings
        do throws(RetentionFault) {
            try settings.complete()
        } catch {
            throw TrackerError.invalid(field: error.field, reason: error.reason)
        }
        let rules = try await queries.retentionRules(.current).value
        guard rules.count < RetentionRule.mostRules || rules.contains(where: { $0.name == name.text }) else {
            throw TrackerError.invalid(
                field: "name",
                reason: "cannot be added: there are \(rules.count) rules, as many as there can be; delete some")
        }
        let outcome = try await core.retentionRules.handle(.set(settings), on: name.stream, as: identity)
        // As it was right after, since somebody may have deleted it meanwhile.
        let document = try await queries.retentionRule(name, asOf: outcome.last, .after(outcome.last)).value
        return Written(document, at: outcome.last)
    }

    /// Deletes the rule; answers what it was. What it took away stays away.
    ///
    /// - Throws: The decider's refusal when there is no such rule.
    package func delete(
        _ name: RetentionRule.Name, as identity: CommandIdentity
    ) async throws -> Written<RetentionRuleDocument> {
        let outcome = try await core.retentionRules.handle(.delete, on: name.stream, as: identity)
        let past = try await core.read(before: outcome.last) { try $0.retentionRule(name.text) }
        guard let past else { throw TrackerError.unknown(.rule, name.text) }
        return Written(past, at: outcome.last)
    }

    // MARK: - Work

    /// Says what the rules would take now of at most `limit` sessions, and changes nothing.
    package func preview(limit: Int = defaultLimit) async throws -> Queries.Answer<RetentionReport> {
        let head = core.store.head
        var pass = pass(isDryRun: true, limit: limit)
        try await pass.run()
        return Queries.Answer(value: pass.report, position: head)
    }

    /// Takes what the rules say now of at most `limit` sessions. Returns once that is on disk; failures are reported by
    /// `RetentionStatus` too.
    ///
    /// - Throws: `retentionBusy` when the rules are being applied already, and what redactions and deletions throw: what was done
    ///   until then stays done.
    package func run(limit: Int = defaultLimit) async throws -> Written<RetentionReport> {
        try await core.retentionStatus.alone {
            var pass = pass(isDryRun: false, limit: limit)
            try await pass.run()
            core.retentionStatus.succeeded()
            return Written(pass.report, at: pass.report.position ?? core.store.head)
        }
    }

    private func pass(isDryRun: Bool, limit: Int) -> RetentionPass {
        RetentionPass(core: core, redactions: redactions, checkpoints: checkpoints, isDryRun: isDryRun, limit: limit)
    }
}
