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

    private func rule(_ id: AlertRule.ID) -> Rule? { rules[id] ?? ownRules[id] }

    private mutating func forget(_ session: String) {
        for id in sessions.removeValue(forKey: session)?.scope ?? [] { ownRules[id] = nil }
    }

    // MARK: - Records

    /// Takes in the next record of the log that is of one of `types`.
    package mutating func apply(_ record: RecordedEvent) throws(EventCodecError) -> [Decision] {
        guard record.position > position else { return [] }
        var decisions: [Decision] = []
        switch record.stream.category {
        case .alertRule: apply(try AlertRuleEvent(record), record, &decisions)
        case .alert: apply(try AlertEvent(record), record)
        case .session: apply(try SessionEvent(record), record, &decisions)
        case .telemetry:
            // Lines and progress only say that the trainer lives.
            if record.type == "telemetry.metrics_reported" || record.type == "telemetry.host_readings_taken" {
                apply(try TelemetryEvent(record), record, &decisions)
            }
            noteReport(record, &decisions)
        case .webhook, .notifications, .apiKey: break
        }
        position = record.position
        return decisions
    }

    private mutating func apply(_ event: AlertRuleEvent, _ record: RecordedEvent, _ decisions: inout [Decision]) {
        guard let id = AlertRule.ID(record.stream.identity) else { return }
        switch event {
        case .created(let created): set(id, created.settings, &decisions)
        case .changed(let changed): set(id, changed.settings, &decisions)
        case .deleted: set(id, nil, &decisions)
        }
    }

    /// Sets a rule, or removes it; alerts of what it was before are over.
    private mutating func set(_ id: AlertRule.ID, _ settings: AlertRuleSettings?, _ decisions: inout [Decision]) {
        let rule = settings.flatMap { Rule($0) }
        guard rules[id] != rule else { return }
        for (alert, place) in places where place.rule == id {
            decisions.append(Self.resolution(of: alert, at: place.session, .ruleChanged))
            places[alert] = nil
        }
        rules[id] = rule
        version += 1
        sessions = sessions.mapValues { $0.without(id) }
        server = server.mapValues { $0.filter { $0.rule != id } }
    }

    private mutating func apply(_ event: AlertEvent, _ record: RecordedEvent) {
        switch event {
        case .triggered(let triggered):
            guard let id = Alert.ID(triggered.alertID), let rule = AlertRule.ID(triggered.ruleID),
                let known = self.rule(rule),
                known.source == .server || known.condition == .noReport, places[id] == nil
            else { return }
            let series = WatchedSession.Series(source: known.source, name: triggered.metric)
            let place = Place(session: triggered.sessionID, series: series, rule: rule)
            if !place.session.isEmpty {
                guard sessions[place.session]?.lastReport?.position == triggered.position else { return }
            }
            update(place) { ($0.active, $0.roseAt) = (id, triggered.measuredAt) }
            places[id] = place
        case .resolved(let resolved):
            guard let id = Alert.ID(resolved.alertID), let place = places.removeValue(forKey: id) else { return }
            update(place) { if $0.active == id { $0.active = nil } }
        case .acknowledged: break
        }
    }

    private mutating func apply(_ event: SessionEvent, _ record: RecordedEvent, _ decisions: inout [Decision]) {
        let id = record.stream.identity
        switch event {
        case .paramsSet, .renamed, .tagged, .noted: sessions[id]?.scopeVersion = 0
        case .attemptClaimed:
            sessions[id]?.forgetValues()
            noteReport(record, &decisions)
        case .attemptStarted(let started):
            let conditions: Set<AlertRule.Condition> = [.trainingCompleted, .trainingFailed, .trainingStopped]
            resolve(.recovered, in: id, &decisions) { conditions.contains($0) }
            lifecycle(.trainingStarted, record, "attempt \(started.attempt) has started", &decisions)
            noteReport(record, &decisions)
        case .epochCompleted(let epoch):
            let time = record.time.rawValue
            for metric in epoch.metrics {
                take(
                    .init(source: .metric, name: metric.name), record, &decisions,
                    [AlertState.Point(value: metric.value, step: epoch.step, epoch: epoch.epoch, time: time)])
            }
            noteReport(record, &decisions)
        case .completed: end(record, .trainingCompleted, "the training has completed", &decisions)
        case .failed(let failed):
            end(
                record, .trainingFailed, failed.message.isEmpty ? "the training has failed" : failed.message, &decisions
            )
        case .stopped: end(record, .trainingStopped, "the training was stopped", &decisions)
        case .attemptLost: end(record, nil, "", &decisions)
        case .deleted:
            resolve(.sessionEnded, in: id, &decisions) { _ in true }
            forget(id)
        default: break
        }
    }

    private mutating func apply(_ event: TelemetryEvent, _ record: RecordedEvent, _ decisions: inout [Decision]) {
        guard sessions[record.stream.identity]?.scope.isEmpty == false else { return }
        switch event {
        case .metricsReported(let report):
            for series in report.series { take(series, record, &decisions) }
        case .hostReadingsTaken(let report):
            for reading in report.readings {
                take(
                    .init(source: .host, name: reading.name), record, &decisions,
                    [AlertState.Point(value: reading.value, step: 0, epoch: nil, time: reading.time)])
            }
        case .progressReported, .linesLogged: break
        }
    }

    private mutating func take(_ series: MetricSeries, _ record: RecordedEvent, _ decisions: inout [Decision]) {
        let name = WatchedSession.Series(source: .metric, name: series.name)
        guard !watches(of: name, in: record.stream.identity).isEmpty else { return }
        let hasTimes = series.timeDeltas.count == series.values.count
        var (step, time) = (Int64(0), hasTimes ? 0 : record.time.rawValue)
        let points = series.values.indices.map { index in
            if index < series.stepDeltas.count { step &+= series.stepDeltas[index] }
            if hasTimes { time &+= series.timeDeltas[index] }
            return AlertState.Point(value: series.values[index], step: UInt64(clamping: step), epoch: nil, time: time)
        }
        take(name, record, &decisions, points)
    }

    // MARK: - Values

    /// The watches of a series; known names have theirs, new ones get them.
    private mutating func watches(of series: WatchedSession.Series, in session: String) -> [WatchedSession.Watch] {
        guard let watched = sessions[session] else { return [] }
        if let known = watched.series[series] { return known }
        let watches = watched.scope.compactMap { id -> WatchedSession.Watch? in
            rule(id)?.watches(series) == true ? .init(rule: id) : nil
        }
        // A name that nobody watches is remembered too, so that it is looked up once.
        sessions[session]?.series[series] = watches
        return watches
    }

    /// Takes in points of one series, in their order.
    private mutating func take(
        _ series: WatchedSession.Series, _ record: RecordedEvent, _ decisions: inout [Decision],
        _ points: [AlertState.Point]
    ) {
        let session = record.stream.identity
        var watches = watches(of: series, in: session)
        guard !watches.isEmpty else { return }
        sessions[session]?.series[series] = nil
        let earliest = record.recordedAt.rawValue - Int64(Self.lateness / .microseconds(1))
        let watchedRules = watches.map { rule($0.rule) }
        for point in points where point.time >= earliest {
            for index in watches.indices {
                guard let rule = watchedRules[index] else { continue }
                guard let change = watches[index].state.take(point, rule.criterion) else { continue }
                let place = Place(session: session, series: series, rule: watches[index].rule)
                apply(change, point, rule, place, record.position, &watches[index].state, &decisions)
            }
        }
        sessions[session]?.series[series] = watches
    }

    private mutating func apply(
        _ change: AlertState.Change, _ point: AlertState.Point, _ rule: Rule, _ place: Place, _ position: LogPosition,
        _ state: inout AlertState, _ decisions: inout [Decision]
    ) {
        switch change {
        case .rises(let limit):
            let id = Alert.ID(place.rule, session: place.session, metric: place.series.name, at: position)
            // One that rose at this very record, and is over, does not rise again before the next one.
            guard !decisions.contains(where: { $0.alert == id.text }) else { return }
            (state.active, state.roseAt) = (id, point.time)
            places[id] = place
            decisions.append(
                .trigger(
                    triggered(id, rule, place, at: position) {
                        $0.value = point.value
                        $0.threshold = limit
                        $0.step = point.step
                        $0.measuredAt = point.time
                        $0.message = AlertText.message(rule, place.series.name, point.value, limit)
                    }))
        case .isOver:
            guard let id = state.active else { return }
            state.active = nil
            places[id] = nil
            decisions.append(Self.resolution(of: id, at: place.session, .recovered, value: point.value))
        }
    }

    private static func resolution(
        of alert: Alert.ID, at session: String, _ reason: Alert.Resolution, value: Double? = nil
    ) -> Decision {
        .resolve(
            .with {
                $0.alertID = alert.text
                $0.reason = reason.rawValue
                if let value { ($0.value, $0.hasValue_p) = (value, true) }
            }, session: session)
    }

    private func triggered(
        _ alert: Alert.ID, _ rule: Rule, _ place: Place, at position: LogPosition,
        _ more: (inout AlertTriggered) -> Void
    ) -> AlertTriggered {
        .with {
            $0.alertID = alert.text
            $0.ruleID = place.rule.text
            $0.ruleName = rule.settings.name
            $0.severity = rule.settings.severity
            $0.sessionID = place.session
            $0.metric = place.series.name
            $0.condition = rule.settings.condition
            $0.position = position.rawValue
            $0.actions = rule.settings.actions
            $0.tag = rule.settings.tag
            more(&$0)
        }
    }

    private mutating func update(_ place: Place, _ change: (inout AlertState) -> Void) {
        if place.session.isEmpty {
            if server[place.series.name]?.contains(where: { $0.rule == place.rule }) != true {
                server[place.series.name, default: []].append(.init(rule: place.rule))
            }
            guard let index = server[place.series.name]?.firstIndex(where: { $0.rule == place.rule }) else { return }
            guard var watch = server[place.series.name]?[index] else { return }
            change(&watch.state)
            server[place.series.name]?[index] = watch
        } else if var watches = sessions[place.session]?.series[place.series],
            let index = watches.firstIndex(where: { $0.rule == place.rule })
        {
            change(&watches[index].state)
            sessions[place.session]?.series[place.series] = watches
        }
    }

    // MARK: - What happens to sessions

    private static let lifecycleSeries = WatchedSession.Series(source: .lifecycle, name: "")

    /// A report of the attempt that runs: silence is over.
    private mutating func noteReport(_ record: RecordedEvent, _ decisions: inout [Decision]) {
        let id = record.stream.identity
        let begins = record.type == "session.attempt_claimed" || record.type == "session.attempt_started"
        guard begins || sessions[id]?.lastReport != nil else { return }
        sessions[id, default: WatchedSession()].lastReport = .init(
            time: record.recordedAt.rawValue, position: record.position.rawValue)
        guard sessions[id]?.series[Self.lifecycleSeries]?.contains(where: { $0.state.active != nil }) == true else {
            return
        }
        resolve(.recovered, in: id, &decisions) { $0 == .noReport }
    }

    private mutating func lifecycle(
        _ condition: AlertRule.Condition, _ record: RecordedEvent, _ message: String, _ decisions: inout [Decision]
    ) {
        let id = record.stream.identity
        for watch in watches(of: Self.lifecycleSeries, in: id) {
            guard let rule = rule(watch.rule), rule.condition == condition, watch.state.active == nil else { continue }
            let place = Place(session: id, series: Self.lifecycleSeries, rule: watch.rule)
            let alert = Alert.ID(watch.rule, session: id, metric: "", at: record.position)
            places[alert] = place
            update(place) { ($0.active, $0.roseAt) = (alert, record.time.rawValue) }
            decisions.append(
                .trigger(
                    triggered(alert, rule, place, at: record.position) {
                        $0.measuredAt = record.time.rawValue
                        $0.message = message
                    }))
        }
    }

    /// An attempt is over; `condition` names the session's ending, if it is one.
    private mutating func end(
        _ record: RecordedEvent, _ condition: AlertRule.Condition?, _ message: String, _ decisions: inout [Decision]
    ) {
        let id = record.stream.identity
        if let condition { lifecycle(condition, record, message, &decisions) }
        let lasting: Set<AlertRule.Condition> = [.trainingCompleted, .trainingFailed, .trainingStopped]
        resolve(.sessionEnded, in: id, &decisions) { !lasting.contains($0) }
        sessions[id]?.lastReport = nil
        sessions[id]?.forgetSeries(except: Self.lifecycleSeries)
        if condition != nil, sessions[id]?.active.isEmpty == true { forget(id) }
    }

    private mutating func resolve(
        _ reason: Alert.Resolution, in session: String, _ decisions: inout [Decision],
        where isIncluded: (AlertRule.Condition) -> Bool
    ) {
        guard !places.isEmpty, let active = sessions[session]?.active, !active.isEmpty else { return }
        for (series, rule, alert) in active.sorted(by: { $0.alert.text < $1.alert.text }) {
            guard let condition = self.rule(rule)?.condition, isIncluded(condition) else { continue }
            update(Place(session: session, series: series, rule: rule)) { $0.active = nil }
            places[alert] = nil
            decisions.append(Self.resolution(of: alert, at: session, reason))
        }
    }

    // MARK: - Time

    /// Decides on what has no record: silence, and the server's own figures.
    ///
    /// - Parameters:
    ///   - began: When the server began; before, nobody could report to it.
    ///   - head: The log's head, for the names of the server's alerts.
    package mutating func tick(
        at now: Timestamp, began: Timestamp, head: LogPosition, figures: [(name: String, value: Double)]
    ) -> [Decision] {
        var decisions: [Decision] = []
        watchSilence(at: now, began: began, &decisions)
        watchServer(at: now, head: head, figures, &decisions)
        return decisions
    }

    private mutating func watchSilence(at now: Timestamp, began: Timestamp, _ decisions: inout [Decision]) {
        for id in Array(sessions.keys) {
            guard let report = sessions[id]?.lastReport else { continue }
            let silence = now.rawValue - max(report.time, began.rawValue)
            for watch in watches(of: Self.lifecycleSeries, in: id) {
                guard let rule = rule(watch.rule), rule.condition == .noReport, watch.state.active == nil,
                    silence >= rule.settings.silence
                else { continue }
                let alert = Alert.ID(
                    watch.rule, session: id, metric: "", at: LogPosition(report.position))
                let place = Place(session: id, series: Self.lifecycleSeries, rule: watch.rule)
                // Once for one silence, also when somebody resolved it by hand.
                guard watch.state.roseAt ?? .min < report.time else { continue }
                places[alert] = place
                update(place) { ($0.active, $0.roseAt) = (alert, now.rawValue) }
                let seconds = rule.settings.silence / 1_000_000
                decisions.append(
                    .trigger(
                        triggered(alert, rule, place, at: LogPosition(report.position)) {
                            $0.measuredAt = now.rawValue
                            $0.message = "nothing was reported for \(AlertText.duration(ofSeconds: seconds))"
                        }))
            }
        }
    }

    private mutating func watchServer(
        at now: Timestamp, head: LogPosition, _ figures: [(name: String, value: Double)], _ decisions: inout [Decision]
    ) {
        for (id, rule) in rules where rule.source == .server && !rule.settings.disabled {
            for (name, value) in figures where rule.pattern.matches(name) {
                let place = Place(session: "", series: .init(source: .server, name: name), rule: id)
                let point = AlertState.Point(value: value, step: 0, epoch: nil, time: now.rawValue)
                var state = server[name]?.first { $0.rule == id }?.state ?? AlertState()
                if let change = state.take(point, rule.criterion) {
                    apply(change, point, rule, place, head, &state, &decisions)
                }
                update(place) { $0 = state }
            }
        }
    }
}

extension AlertFold.Decision {
    /// The alert that it is about.
    fileprivate var alert: String {
        switch self {
        case .trigger(let alert): alert.alertID
        case .resolve(let resolved, _): resolved.alertID
        }
    }
}
