package import Tracking

/// A request for the points of several metrics of several sessions.
package struct MetricHistoryRequest: Document, Equatable {
    package static let name = "MetricHistoryRequest"

    /// The weights of smoothing; 1 would show nothing but the beginning.
    package static let smoothings = 0...0.999999

    package var sessionIDs: [String]?
    /// A condition in the filter language, instead of ids.
    package var filter: String?
    package var includesArchived: Bool?
    /// The most sessions that the filter brings, newest first.
    package var limit: Int?
    /// Names with `*` for any characters; all metrics without them.
    package var metricNames: [String]?
    package var axis: String?
    package var startEpoch: Int64?
    package var endEpoch: Int64?
    package var startStep: Int64?
    package var endStep: Int64?
    package var startTime: Timestamp?
    package var endTime: Timestamp?
    /// Seconds since the session's start.
    package var startRelativeTime: Double?
    package var endRelativeTime: Double?
    package var maximumPoints: Int?
    package var smoothing: Double?
    package var attempts: String?
    package var asOf: UInt64?
    package var aggregate: Aggregate?

    package init() {}

    package static let fields: [Field<MetricHistoryRequest>] = [
        Field("session_ids", \.sessionIDs, .count(1...1000)), Field("filter", \.filter, .bytes(0...16_384)),
        Field("archived", \.includesArchived), Field("limit", \.limit, .range(1...1000)),
        Field("metric_names", \.metricNames, .count(1...1000, of: .bytes(1...NamePattern.maximumByteCount))),
        Field("axis", \.axis, .words(["epoch", "step", "time", "relative_time"])),
        Field("start_epoch", \.startEpoch), Field("end_epoch", \.endEpoch), Field("start_step", \.startStep),
        Field("end_step", \.endStep), Field("start_time", \.startTime), Field("end_time", \.endTime),
        Field("start_relative_time", \.startRelativeTime), Field("end_relative_time", \.endRelativeTime),
        Field("max_points", \.maximumPoints, .range(4...100_000)),
        Field("smoothing", \.smoothing, .range(smoothings)), Field("attempts", \.attempts, .words(["current", "all"])),
        Field("as_of", \.asOf), Field("aggregate", \.aggregate),
    ]

    /// Statistics over the sessions of a group, instead of each session's points.
    package struct Aggregate: Document, Equatable {
        package static let name = "MetricAggregate"

        /// A field of the filter language whose values part the sessions.
        package var by = ""
        package var statistics: [String]?

        package init() {}

        package static let fields: [Field<Aggregate>] = [
            Field("by", \.by, .bytes(1...Session.maximumNameByteCount)),
            Field(
                "statistics", \.statistics,
                .count(1...6, of: .words(["mean", "std", "min", "max", "median", "count"]))),
        ]
    }
}
