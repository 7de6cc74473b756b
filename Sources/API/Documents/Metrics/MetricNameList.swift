/// The metrics of a session, each with what all its points come to.
package struct MetricNameList: Document, Equatable {
    package static let name = "MetricNameList"

    package var sessionID = ""
    package var metrics: [Entry] = []
    package var total = 0

    package init() {}

    package static let fields: [Field<MetricNameList>] = [
        Field("session_id", \.sessionID), Field("metrics", \.metrics), Field("total", \.total),
    ]

    /// One metric.
    package struct Entry: Document, Equatable {
        package static let name = "MetricNameEntry"

        package var name = ""
        /// The value that lists show.
        package var latest = 0.0
        package var epochs: Axis?
        package var steps: Axis?

        package init() {}

        package static let fields: [Field<Entry>] = [
            Field("name", \.name), Field("latest", \.latest, .metric), Field("epochs", \.epochs),
            Field("steps", \.steps),
        ]
    }

    /// The points of a metric on one axis.
    package struct Axis: Document, Equatable {
        package static let name = "MetricAxis"

        package var count = 0
        /// The first and last epoch or step, and the values there.
        package var first: Int64 = 0
        package var last: Int64 = 0
        package var firstValue = 0.0
        package var lastValue = 0.0
        /// The smallest and the greatest finite value, and where they are.
        package var minimum: Double?
        package var minimumPlace: Int64?
        package var maximum: Double?
        package var maximumPlace: Int64?
        package var nanCount = 0
        package var infinityCount = 0

        package init() {}

        package static let fields: [Field<Axis>] = [
            Field("count", \.count), Field("first", \.first), Field("last", \.last),
            Field("first_value", \.firstValue, .metric), Field("last_value", \.lastValue, .metric),
            Field("min", \.minimum), Field("min_at", \.minimumPlace), Field("max", \.maximum),
            Field("max_at", \.maximumPlace), Field("nan_count", \.nanCount), Field("infinity_count", \.infinityCount),
        ]
    }
}
