/// What only time brings.
extension AlertFold {
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

    mutating func watchSilence(at now: Timestamp, began: Timestamp, _ decisions: inout [Decision]) {
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

    mutating func watchServer(
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
