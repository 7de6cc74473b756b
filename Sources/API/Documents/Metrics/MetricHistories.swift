package import JSON

/// The points of several metrics of several sessions, or statistics over groups of them, all as of one position.
package struct MetricHistories: Document, Equatable {
    package static let name = "MetricHistories"

    /// The series, session after session; nil in answers with groups.
    package var series: [MetricSeriesInfo]?
    /// The statistics of each metric and group; nil in answers with series.
    package var groups: [MetricBand]?
    /// The number of sessions that were asked about, those without points included.
    package var totalSessions = 0

    package init() {}

    package static let fields: [Field<MetricHistories>] = [
        Field("total_sessions", \.totalSessions), Field("series", \.series), Field("groups", \.groups),
    ]
}

/// The points of one metric of one session: columns of equal length.
package struct MetricSeriesInfo: Document, Equatable {
    package static let name = "MetricSeries"

    package var sessionID = ""
    package var sessionName = ""
    package var metricName = ""
    package var axis = "step"
    /// With the axis epoch.
    package var epochs: [Int64]?
    package var steps: [Int64] = []
    package var values: [Double] = []
    /// The smoothed curve at each point, when it was asked for.
    package var smoothedValues: [Double]?
    /// Seconds since 1970.
    package var times: [Double] = []
    /// Seconds since the session's start, with the axis relative_time.
    package var relativeTimes: [Double]?
    /// The attempt that measured each point, when all were asked for.
    package var attempts: [Int64]?
    /// The number of points in the range; more than the columns when some were left out.
    package var totalPointCount = 0
    package var isSampled = false
    package var nanCount = 0
    package var infinityCount = 0

    package init() {}

    package static let fields: [Field<MetricSeriesInfo>] = [
        Field("session_id", \.sessionID), Field("session_name", \.sessionName), Field("metric_name", \.metricName),
        Field("axis", \.axis, .words(["epoch", "step", "time", "relative_time"])), Field("epochs", \.epochs),
        Field("steps", \.steps), Field("values", \.values, .metrics),
        Field("smoothed_values", \.smoothedValues, .metrics), Field("times", \.times),
        Field("relative_times", \.relativeTimes), Field("attempts", \.attempts),
        Field("total_points", \.totalPointCount), Field("sampled", \.isSampled), Field("nan_count", \.nanCount),
        Field("infinity_count", \.infinityCount),
    ]
}

/// Statistics of one metric over the sessions of a group: columns of equal length.
package struct MetricBand: Document, Equatable {
    package static let name = "MetricBand"

    package var metricName = ""
    /// The field's value in these sessions; nil for those that have none.
    package var group: JSONValue?
    package var sessionIDs: [String] = []
    package var axis = "step"
    /// The epochs, the steps, or the seconds at which the buckets begin.
    package var places: [Double] = []
    /// The extent of a bucket in places.
    package var bucketWidth = 1.0
    package var mean: [Double]?
    package var std: [Double]?
    package var min: [Double]?
    package var max: [Double]?
    package var median: [Double]?
    /// The number of sessions behind each place.
    package var count: [Int64]?

    package init() {}

    package static let fields: [Field<MetricBand>] = [
        Field("metric_name", \.metricName), Field("group", \.group), Field("session_ids", \.sessionIDs),
        Field("axis", \.axis, .words(["epoch", "step", "time", "relative_time"])),
        Field("bucket_width", \.bucketWidth), Field("places", \.places), Field("mean", \.mean, .metrics),
        Field("std", \.std, .metrics), Field("min", \.min, .metrics), Field("max", \.max, .metrics),
        Field("median", \.median, .metrics),
        Field("count", \.count),
    ]
}
