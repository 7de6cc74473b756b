package import Tracking

/// The readings that a session's hosts took of themselves.
package struct HostReadingHistory: Document, Equatable {
    package static let name = "HostReadingHistory"

    package var sessionID = ""
    package var series: [Series] = []

    package init() {}

    package static let fields: [Field<HostReadingHistory>] = [
        Field("session_id", \.sessionID), Field("series", \.series),
    ]

    /// One figure of one process's host.
    package struct Series: Document, Equatable {
        package static let name = "HostReadingSeries"

        package var name = ""
        package var rank = 0
        package var host: String?
        package var times: [Timestamp] = []
        package var values: [Double] = []

        package init() {}

        package static let fields: [Field<Series>] = [
            Field("name", \.name), Field("rank", \.rank), Field("host", \.host), Field("times", \.times),
            Field("values", \.values, .metrics),
        ]
    }
}
