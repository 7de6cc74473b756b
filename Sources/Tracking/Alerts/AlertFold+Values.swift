import SwiftProtobuf

/// Taking in values, and saying what follows.
extension AlertFold {
    /// The watches of a series; known names have theirs, new ones get them.
    mutating func watches(of series: WatchedSession.Series, in session: String) -> [WatchedSession.Watch] {
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
    mutating func take(
        _ series: WatchedSession.Series, _ record: RecordedEvent, _ decisions: inout [Decision],
        _ points: [AlertState.Point]
    ) {
        let session = record.stream.identity
        var watches = watches(of: series, in: session)
        guard !watches.isEmpty else { return }
        sessions[session]?.series[series] = nil
        let earliest = record.recordedAt.rawValue - Int64(Self.lateness / .microseconds(1))
        let isLate = points.contains { $0.time < earliest }
        let points = isLate ? points.filter { $0.time >= earliest } : points
        let extent = AlertExtent(points)
        for index in watches.indices {
            // Most rules have nothing to say of most points, which is seen at once for all of them.
            guard let rule = rule(watches[index].rule),
                rule.criterion.mayHold(of: extent) || !watches[index].state.isIdle
            else { continue }
            let (criterion, name) = (rule.criterion, watches[index].rule)
            var state = watches[index].state
            watches[index].state = AlertState()
            for point in points {
                guard let change = state.take(point, criterion) else { continue }
                let place = Place(session: session, series: series, rule: name)
                apply(change, point, rule, place, record.position, &state, &decisions)
            }
            watches[index].state = state
        }
        sessions[session]?.series[series] = watches
    }

    mutating func apply(
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

    static func resolution(
        of alert: Alert.ID, at session: String, _ reason: Alert.Resolution, value: Double? = nil
    ) -> Decision {
        .resolve(
            .with {
                $0.alertID = alert.text
                $0.reason = reason.rawValue
                if let value { ($0.value, $0.hasValue_p) = (value, true) }
            }, session: session)
    }

    func triggered(
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

    mutating func update(_ place: Place, _ change: (inout AlertState) -> Void) {
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
