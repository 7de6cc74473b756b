package import JSON
package import Tracking

/// Sessions side by side.
package struct ComparisonInfo: Document, Equatable {
    package static let name = "Comparison"

    package var sessions: [Compared] = []
    package var sections: [Section] = []
    package var equalCount = 0
    package var differentCount = 0

    package init() {}

    package static let fields: [Field<ComparisonInfo>] = [
        Field("sessions", \.sessions), Field("sections", \.sections), Field("equal_count", \.equalCount),
        Field("different_count", \.differentCount),
    ]

    /// The session that a column shows.
    package struct Compared: Document, Equatable {
        package static let name = "ComparedSession"

        package var id = ""
        package var name = ""
        package var status = Session.Status.created

        package init() {}

        package static let fields: [Field<Compared>] = [
            Field("session_id", \.id), Field("session_name", \.name), Field("status", \.status),
        ]
    }

    /// Values that belong together.
    package struct Section: Document, Equatable {
        package static let name = "ComparisonSection"

        package var name = ""
        package var rows: [Row] = []

        package init() {}

        package static let fields: [Field<Section>] = [Field("name", \.name), Field("rows", \.rows)]
    }

    /// One value of every session; null where a session has none.
    package struct Row: Document, Equatable {
        package static let name = "ComparisonRow"

        package var key = ""
        package var values: [JSONValue] = []
        package var isEqual = false
        /// Of two numbers, the second less the first.
        package var difference: Double?

        package init() {}

        package static let fields: [Field<Row>] = [
            Field("key", \.key), Field("values", \.values), Field("equal", \.isEqual),
            Field("difference", \.difference, .metric),
        ]
    }
}
