package import Tracking

/// The readings that a host took of itself.
package struct HostReadingReport: Document, Equatable {
    package static let name = "HostReadingsReport"

    /// The most samples, and the most figures of one sample.
    package static let maximumSampleCount = 10_000
    package static let maximumFigureCount = 1000

    package var commandID: String?
    package var attempt: UInt32 = 0
    package var rank: UInt32?
    package var host: String?
    package var readings: [Sample] = []

    package init() {}

    package static let fields: [Field<HostReadingReport>] = [
        Field("command_id", \.commandID, .commandID), Field("attempt", \.attempt, .counted),
        Field("rank", \.rank, .rank),
        Field("host", \.host, .remark), Field("readings", \.readings, .count(1...maximumSampleCount)),
    ]

    /// Figures of one moment.
    package struct Sample: Document, Equatable {
        package static let name = "HostReadingSample"

        package var time: Timestamp?
        package var values: [MetricValue] = []

        package init() {}

        package static let fields: [Field<Sample>] = [
            Field("time", \.time), Field(metrics: "values", \.values, count: 1...maximumFigureCount),
        ]
    }
}
