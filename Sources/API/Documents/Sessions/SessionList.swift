/// One page of a list of sessions.
package struct SessionList: Document, Equatable {
    package static let name = "SessionList"

    package var sessions: [SessionSummary] = []
    /// The number of sessions on all pages together.
    package var total = 0
    package var limit = 0
    package var offset = 0

    package init() {}

    package static let fields: [Field<SessionList>] = [
        Field("sessions", \.sessions), Field("total", \.total), Field("limit", \.limit), Field("offset", \.offset),
    ]
}
