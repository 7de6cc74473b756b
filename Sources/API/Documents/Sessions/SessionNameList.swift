package import Tracking

/// The names of one kind that sessions have.
package struct SessionNameList: Document, Equatable {
    package static let name = "SessionNameList"

    package var kind = SessionNameKind.params
    package var names: [Entry] = []
    /// The value for `after` with which the next ones come; nil at the end.
    package var next: String?

    package init() {}

    package static let fields: [Field<SessionNameList>] = [
        Field("kind", \.kind), Field("names", \.names), Field("next", \.next),
    ]

    /// A name.
    package struct Entry: Document, Equatable {
        package static let name = "SessionName"

        package var name = ""
        /// The number of sessions that have it.
        package var sessionCount = 0

        package init() {}

        package static let fields: [Field<Entry>] = [Field("name", \.name), Field("sessions", \.sessionCount)]
    }
}
