/// Taking in the records of the log.
extension AlertFold {
    /// Takes in the next record of the log that is of one of `types`.
    package mutating func apply(_ record: RecordedEvent) throws(EventCodecError) -> [Decision] {
        guard record.position > position else { return [] }
        var decisions: [Decision] = []
        guard !record.isImported else {
            position = record.position
            return []
        }
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
        case .webhook, .notifications, .model, .retention, .apiKey, .logKeys: break
        }
        position = record.position
        return decisions
    }

    mutating func apply(_ event: AlertRuleEvent, _ record: RecordedEvent, _ decisions: inout [Decision]) {
        guard let id = AlertRule.ID(record.stream.identity) else { return }
        switch event {
        case .created(let created): set(id, created.settings, &decisions)
        case .changed(let changed): set(id, changed.settings, &decisions)
        case .deleted: set(id, nil, &decisions)
        }
    }

    /// Sets a rule, or removes it; alerts of what it was before are over.
    mutating func set(_ id: AlertRule.ID, _ settings: AlertRuleSettings?, _ decisions: inout [Decision]) {
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

    mutating func apply(_ event: AlertEvent, _ record: RecordedEvent) {
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
                // What a tick watches is not watched yet in a fold that has met none.
                _ = watches(of: series, in: place.session)
            }
            update(place) { ($0.active, $0.roseAt) = (id, triggered.measuredAt) }
            places[id] = place
        case .resolved(let resolved):
            guard let id = Alert.ID(resolved.alertID), let place = places.removeValue(forKey: id) else { return }
            update(place) { if $0.active == id { $0.active = nil } }
        case .acknowledged: break
        }
    }

    mutating func apply(_ event: SessionEvent, _ record: RecordedEvent, _ decisions: inout [Decision]) {
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

    mutating func apply(_ event: TelemetryEvent, _ record: RecordedEvent, _ decisions: inout [Decision]) {
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

    mutating func take(_ series: MetricSeries, _ record: RecordedEvent, _ decisions: inout [Decision]) {
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

    // MARK: - What happens to sessions

    static let lifecycleSeries = WatchedSession.Series(source: .lifecycle, name: "")

    /// A report of the attempt that runs: silence is over.
    mutating func noteReport(_ record: RecordedEvent, _ decisions: inout [Decision]) {
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

    mutating func lifecycle(
        _ condition: AlertRule.Condition, _ record: RecordedEvent, _ message: String, _ decisions: inout [Decision]
    ) {
        guard record.recordedAt.duration(since: record.time) <= Self.lateness else { return }
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
    mutating func end(
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

    mutating func resolve(
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
}
