import SwiftProtobuf

/// The state of all alert rules as a fold of the log: which alerts rise and which are over follows from the records before.
///
/// It is pure: the same records in the same order give the same alerts under the same names, so that after a restart, or a
/// fold begun anew, none is missed and none rises twice. What has no record, silence and the server's own figures, is
/// decided by `tick`, and the alert's own record tells a later fold of it.
package struct AlertFold: Sendable {
    /// Something to be done; done twice, it counts once.
    package enum Decision: Sendable, Equatable {
        case trigger(AlertTriggered)
        /// - Parameter session: Empty for one of the server.
        case resolve(AlertResolved, session: String)
    }

    /// A point whose own time is so much before its record was sent late or imported, and rings no bell.
    package static let lateness = Duration.seconds(600)

    struct Rule: Sendable, Equatable {
        var settings: AlertRuleSettings
        var source: AlertRule.Source
        var criterion: AlertCriterion
        var pattern: NamePattern

        var condition: AlertRule.Condition { criterion.condition }

        init?(_ settings: AlertRuleSettings) {
            guard let condition = settings.kind else { return nil }
            self.settings = settings
            source = settings.watched
            criterion = AlertCriterion(settings, condition)
            pattern = NamePattern(settings.metric)
        }

        func watches(_ series: WatchedSession.Series) -> Bool {
            source == series.source && (source == .lifecycle || pattern.matches(series.name))
        }
    }

    /// Where an alert that is not over has risen.
    struct Place: Sendable, Codable {
        /// Empty for the server's figures.
        var session: String
        var series: WatchedSession.Series
        var rule: AlertRule.ID
    }

    /// Everything up to here is folded.
    package internal(set) var position = LogPosition.start
    var rules: [AlertRule.ID: Rule] = [:]
    /// The rules that sessions' own configurations bring, while the sessions are watched.
    var ownRules: [AlertRule.ID: Rule] = [:]
    /// Counts the changes of rules.
    var version: UInt64 = 1
    var sessions: [String: WatchedSession] = [:]
    var server: [String: [WatchedSession.Watch]] = [:]
    var places: [Alert.ID: Place] = [:]

    /// - Parameter position: Everything up to there is left out.
    package init(after position: LogPosition = .start) { self.position = position }

    /// The types of the records that it takes in.
    package static let types: Set<String> = [
        "alert_rule.created", "alert_rule.changed", "alert_rule.deleted", "alert.triggered", "alert.resolved",
        "telemetry.metrics_reported", "telemetry.host_readings_taken", "telemetry.progress_reported",
        "telemetry.lines_logged", "session.params_set", "session.renamed", "session.tagged",
        "session.noted", "session.attempt_claimed", "session.attempt_started", "session.epoch_completed",
        "session.completed", "session.failed", "session.stopped", "session.attempt_lost", "session.deleted",
    ]

    /// The types of the records of a session that rules can be about.
    private static let watchedTypes: Set<String> = types.filter {
        $0.hasPrefix("telemetry.")
            || SessionEvent.endingTypes.contains($0)
            || ["session.attempt_claimed", "session.attempt_started", "session.epoch_completed"].contains($0)
    }

    /// The alerts that are not over.
    package var activeCount: Int { places.count }

    // MARK: - Which rules are about a session

    /// The rules to be decided on before the record is taken in, which are those with a filter; nil when nothing is open.
    package func openScope(of record: RecordedEvent) -> [(rule: AlertRule.ID, filter: String)]? {
        guard Self.watchedTypes.contains(record.type), record.position > position,
            sessions[record.stream.identity]?.scopeVersion != version
        else { return nil }
        return rules.compactMap { id, rule in
            rule.settings.filter.isEmpty || rule.settings.disabled ? nil : (id, rule.settings.filter)
        }
    }

    /// Sets which of the rules with a filter are about the session, and those of its own; the others are about all, or about one.
    package mutating func setScope(
        of session: String, filtered included: Set<AlertRule.ID>, own: [(id: AlertRule.ID, settings: AlertRuleSettings)]
    ) {
        for (id, settings) in own { ownRules[id] = Rule(settings) }
        let scope = rules.filter { id, rule in
            guard rule.source != .server, !rule.settings.disabled else { return false }
            guard rule.settings.sessionID.isEmpty || rule.settings.sessionID == session else { return false }
            return rule.settings.filter.isEmpty || included.contains(id)
        }
        var watched = sessions[session] ?? WatchedSession()
        watched.scope = scope.keys.sorted { $0.text < $1.text } + own.map(\.id)
        watched.scopeVersion = version
        // What was watched by a rule that is no longer about it is forgotten; names that are known get the new rules.
        for (series, watches) in watched.series {
            watched.series[series] = watched.scope.compactMap { id in
                guard rule(id)?.watches(series) == true else { return nil }
                return watches.first { $0.rule == id } ?? .init(rule: id)
            }
        }
        sessions[session] = watched
    }

    func rule(_ id: AlertRule.ID) -> Rule? { rules[id] ?? ownRules[id] }

    mutating func forget(_ session: String) {
        for id in sessions.removeValue(forKey: session)?.scope ?? [] { ownRules[id] = nil }
    }
}
