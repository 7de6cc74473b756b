package import JSON

/// One page of groups of sessions, with statistics of their numbers.
package struct SessionGroupList: Document, Equatable {
    package static let name = "SessionGroupList"

    /// The field whose values part the sessions.
    package var by = ""
    package var groups: [Group] = []
    /// The number of groups on all pages together.
    package var total = 0
    /// The number of sessions in all groups, each counted once.
    package var totalSessions = 0
    package var limit = 0
    package var offset = 0

    package init() {}

    package static let fields: [Field<SessionGroupList>] = [
        Field("by", \.by), Field("groups", \.groups), Field("total", \.total),
        Field("total_sessions", \.totalSessions), Field("limit", \.limit), Field("offset", \.offset),
    ]

    /// The sessions of one value.
    package struct Group: Document, Equatable {
        package static let name = "SessionGroup"

        /// The field's value in these sessions; nil for those that have none.
        package var group: JSONValue?
        package var sessionCount = 0
        /// The newest of them, at most 100.
        package var sessionIDs: [String] = []
        /// In the order in which they were asked for.
        package var values: [Statistics] = []

        package init() {}

        package static let fields: [Field<Group>] = [
            Field("group", \.group), Field("sessions", \.sessionCount), Field("session_ids", \.sessionIDs),
            Field("values", \.values),
        ]
    }

    /// How the finite numbers lie that the sessions of a group have under a field; what was not asked for is nil, and all but the
    /// count where there are none.
    package struct Statistics: Document, Equatable {
        package static let name = "SessionGroupStatistics"

        package var field = ""
        package var mean: Double?
        /// Of a sample, by n - 1; NaN of a single number.
        package var std: Double?
        package var min: Double?
        package var max: Double?
        package var median: Double?
        package var count: Int?

        package init() {}

        package static let fields: [Field<Statistics>] = [
            Field("field", \.field), Field("mean", \.mean, .metric), Field("std", \.std, .metric),
            Field("min", \.min, .metric), Field("max", \.max, .metric), Field("median", \.median, .metric),
            Field("count", \.count),
        ]
    }
}
