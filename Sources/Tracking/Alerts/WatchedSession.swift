/// What the rules remember of one session that is not over.
struct WatchedSession: Sendable, Codable {
    /// A series' name with its source, so that a metric and a host reading of one name are two.
    struct Series: Hashable, Codable {
        var source: AlertRule.Source
        /// Empty for conditions without values.
        var name: String
    }

    /// A rule that watches one series.
    struct Watch: Codable {
        var rule: AlertRule.ID
        var state = AlertState()
    }

    /// The rules that are about this session, once that is known, and for which rules it was found out.
    var scope: [AlertRule.ID] = []
    var scopeVersion: UInt64 = 0
    /// The last report of the attempt that runs; nil when none does.
    var lastReport: Report?
    var series: [Series: [Watch]] = [:]

    struct Report: Codable {
        /// When it was recorded.
        var time: Int64
        var position: UInt64
    }

    /// The watches whose alerts have risen and are not over.
    var active: [(series: Series, rule: AlertRule.ID, alert: Alert.ID)] {
        series.flatMap { series, watches in
            watches.compactMap { watch in watch.state.active.map { (series, watch.rule, $0) } }
        }
    }

    /// Without what a rule watched.
    func without(_ rule: AlertRule.ID) -> WatchedSession {
        guard scope.contains(rule) else { return self }
        var session = self
        session.scope.removeAll { $0 == rule }
        session.series = series.mapValues { $0.filter { $0.rule != rule } }
        return session
    }

    mutating func forgetSeries(except kept: Series) { series = series.filter { $0.key == kept } }

    /// Forgets the values, as before an attempt that begins at an earlier step.
    mutating func forgetValues() {
        series = series.mapValues { watches in
            watches.map { watch in
                var watch = watch
                watch.state.forgetValues()
                return watch
            }
        }
    }
}

extension AlertRule.Source: Codable {}
