package import EventLog
import JSON
import ReadModels
import SwiftProtobuf
import Synchronization
package import Tracking
import TrainingConfiguration

/// Rules that say when something is wrong, and the alerts that rose by them.
package struct Alerts: Sendable {
    private let core: TrackerCore
    private let queries: Queries

    init(_ core: TrackerCore, queries: Queries) {
        self.core = core
        self.queries = queries
    }

    // MARK: - Rules

    /// Creates the rule whose id follows from the command's.
    package func createRule(
        _ settings: AlertRuleSettings, as identity: CommandIdentity
    ) async throws -> Written<AlertRuleDocument> {
        let settings = try complete(settings)
        if !settings.sessionID.isEmpty { try await check(session: settings.sessionID) }
        let count = try await queries.alertRules(.stale).value.count
        guard count < AlertRule.mostRules else {
            throw TrackerError.invalid(
                field: "name", reason: "cannot be added: there are \(count) rules, as many as there can be; delete some"
            )
        }
        let id = AlertRule.ID(createdBy: identity.id)
        let outcome = try await core.alertRules.handle(.create(settings), on: id.stream, as: identity)
        return Written(try await queries.alertRule(id.text, .after(outcome.last)).value, at: outcome.last)
    }

    /// Changes a rule; alerts that rose by what it was before are over.
    package func changeRule(
        _ text: String, as identity: CommandIdentity, _ change: (inout AlertRuleSettings) throws -> Void
    ) async throws -> Written<AlertRuleDocument> {
        let (id, known) = try await rule(text)
        var settings = known
        try change(&settings)
        settings = try complete(settings)
        let outcome = try await core.alertRules.handle(.change(settings), on: id.stream, as: identity)
        return Written(try await queries.alertRule(text, .after(outcome.last)).value, at: outcome.last)
    }

    /// Deletes a rule; answers what it was.
    package func deleteRule(_ text: String, as identity: CommandIdentity) async throws -> Written<AlertRuleDocument> {
        let (id, settings) = try await rule(text)
        guard settings.origin != "server" else {
            throw TrackerError.invalid(
                field: "rule_id",
                reason: "names a rule of the server's configuration; remove it there, or disable it")
        }
        let document = try await queries.alertRule(text, .current).value
        let outcome = try await core.alertRules.handle(.delete, on: id.stream, as: identity)
        return Written(document, at: outcome.last)
    }

    private func rule(_ text: String) async throws -> (AlertRule.ID, AlertRuleSettings) {
        guard let id = AlertRule.ID(text), case .active(let settings) = try await core.alertRules.state(of: id.stream)
        else { throw TrackerError.unknown(.rule, text) }
        return (id, settings)
    }

    private func complete(_ settings: AlertRuleSettings) throws -> AlertRuleSettings {
        var settings = settings
        do throws(AlertRuleFault) {
            try settings.complete()
        } catch {
            throw TrackerError.invalid(field: error.field, reason: error.reason)
        }
        return settings
    }

    private func check(session text: String) async throws {
        guard let id = Session.ID(text) else { throw TrackerError.unknown(.session, text) }
        _ = try await core.state(of: id)
    }

    // MARK: - Alerts

    /// Says that somebody has seen it.
    package func acknowledge(
        _ text: String, by: String, notes: String, as identity: CommandIdentity
    ) async throws -> Written<AlertDocument> {
        try await handle(
            .acknowledge(.with { ($0.alertID, $0.by, $0.notes) = (text, by, notes) }), text, identity)
    }

    /// Ends it by hand.
    package func resolve(
        _ text: String, by: String, notes: String, as identity: CommandIdentity
    ) async throws -> Written<AlertDocument> {
        try await handle(
            .resolve(
                .with {
                    $0.reason = Alert.Resolution.byHand.rawValue
                    ($0.alertID, $0.by, $0.notes) = (text, by, notes)
                }), text, identity)
    }

    private func handle(
        _ command: AlertDecider.Command, _ text: String, _ identity: CommandIdentity
    ) async throws -> Written<AlertDocument> {
        let alert = try await queries.alert(text, .current).value
        let outcome = try await core.alerts.handle(
            command, on: Alert.stream(of: alert.triggered.sessionID), as: identity)
        return Written(try await queries.alert(text, .after(outcome.last)).value, at: outcome.last)
    }

    // MARK: - For the evaluation

    /// Which rules are about a session at a place of the log: those of its own configuration, and those of `filtered` whose
    /// filter it meets.
    package func scope(
        of session: String, at position: LogPosition, _ filtered: [(rule: AlertRule.ID, filter: String)]
    ) async throws -> (included: Set<AlertRule.ID>, own: [(id: AlertRule.ID, settings: AlertRuleSettings)]) {
        guard let id = Session.ID(session),
            let document = try await core.readWithoutLimit(asOf: position, { try $0.session(id) })
        else { return ([], []) }
        var included: Set<AlertRule.ID> = []
        for (rule, filter) in filtered where try SessionCondition(filter).holds(of: document, [:]) {
            included.insert(rule)
        }
        return (included, try Self.ownRules(of: document))
    }

    /// The rules of the session's own configuration.
    private static func ownRules(
        of document: SessionDocument
    ) throws -> [(id: AlertRule.ID, settings: AlertRuleSettings)] {
        guard document.configuration.contains("\"alerts\":[{") else { return [] }
        let rules = AlertRules.ownRules(inResolved: try JSONValue.parse(Array(document.configuration.utf8)))
        return rules.enumerated().compactMap { index, settings in
            guard let command = CommandID("session-alerts/\(document.sessionID)/\(index)") else { return nil }
            var settings = settings
            settings.sessionID = document.sessionID
            return (AlertRule.ID(createdBy: command), settings)
        }
    }
}

/// How far the evaluation of the rules is.
package final class AlertProgress: Sendable {
    private let state = Mutex((position: LogPosition.start, active: 0))

    package init() {}

    /// Everything up to here is evaluated.
    package var position: LogPosition { state.withLock { $0.position } }
    /// The alerts that are not over.
    package var activeCount: Int { state.withLock { $0.active } }

    package func set(position: LogPosition, activeCount: Int) {
        state.withLock { $0 = (position, activeCount) }
    }
}
