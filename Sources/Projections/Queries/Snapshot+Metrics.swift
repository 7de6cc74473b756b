import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The metrics that a session has reported, superseded ones too, in the order of their names.
    package func metricNames(of id: Session.ID) throws(ReadModelError) -> [MetricName] {
        []
    }

    /// The points of a metric; without points when the session or the metric is unknown.
    package func history(_ query: MetricHistoryQuery) throws(ReadModelError) -> MetricHistory {
        MetricHistory(axis: query.axis)
    }

    /// The last visible point of every metric reported by step, in the order of the names.
    package func latestPoints(of id: Session.ID) throws(ReadModelError) -> [MetricPoint] {
        []
    }

    /// The readings of a session's hosts: of each name (or of all) and each process at most `maximumPoints`, thinned like a
    /// metric's history.
    package func hostReadings(
        of id: Session.ID, names: [String]? = nil, start: Int64? = nil, end: Int64? = nil, maximumPoints: Int? = nil
    ) throws(ReadModelError) -> [HostReadingSeries] {
        []
    }
}
