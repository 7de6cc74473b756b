package import Application
import EventLog
import ReadModels
import Tracking

/// Brings the rules that a server has by itself into the log: those that are shipped, once, and those of its configuration, as
/// that says now.
package struct AlertRuleSetup {
    private let core: TrackerCore
    private let actor: String

    package init(_ core: TrackerCore, actor: String = "alert-watch") {
        self.core = core
        self.actor = actor
    }

    /// Creates the rules that are shipped, before anybody else writes to the log: a new log always begins with them.
    package func ship() async throws {
        for (key, settings) in AlertRule.shipped {
            guard let command = CommandID("shipped-alerts/\(key)") else { continue }
            // A repeat counts as done before, also when somebody has deleted the rule since.
            try await handle(.create(settings), AlertRule.ID(createdBy: command), command, mayBeRepeat: true)
        }
    }

    func run(_ configured: [AlertRuleSettings]) async throws {
        var wanted: [AlertRule.ID: AlertRuleSettings] = [:]
        for settings in configured {
            guard let command = CommandID("server-alerts/\(settings.name)") else { continue }
            wanted[AlertRule.ID(createdBy: command)] = settings
        }
        for (id, settings) in wanted {
            switch try await core.alertRules.state(of: id.stream) {
            case .active(let known):
                var settings = settings
                settings.disabled = known.disabled
                if known != settings { try await handle(.change(settings), id, .fresh()) }
            case .notCreated, .deleted: try await handle(.create(settings), id, .fresh())
            }
        }
        for rule in try await core.readWithoutLimit({ try $0.alertRules() }) where rule.settings.origin == "server" {
            guard let id = AlertRule.ID(rule.ruleID), wanted[id] == nil else { continue }
            try await handle(.delete, id, .fresh())
        }
    }

    private func handle(
        _ command: AlertRuleDecider.Command, _ rule: AlertRule.ID, _ id: CommandID, mayBeRepeat: Bool = false
    ) async throws {
        let identity = CommandIdentity(
            id: id, digest: Digest(hashing: Array(id.text.utf8)), actor: actor, mayBeRepeat: mayBeRepeat)
        do {
            _ = try await core.alertRules.handle(command, on: rule.stream, as: identity)
        } catch {
            guard case .refused = error else { throw error }  // somebody else did it
        }
    }
}
