/// The epoch records of a session.
package struct EpochRecordList: Document, Equatable {
    package static let name = "MetricRecordList"

    package var sessionID = ""
    package var metrics: [EpochRecord] = []
    package var total = 0

    package init() {}

    package static let fields: [Field<EpochRecordList>] = [
        Field("session_id", \.sessionID), Field("metrics", \.metrics), Field("total", \.total),
    ]
}
