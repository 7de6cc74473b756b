package import JSON

/// Facts about where and with what a session is trained.
package struct ProvenanceReport: Document, Equatable {
    package static let name = "ProvenanceReport"

    package var commandID: String?
    package var attempt: UInt32?
    package var facts = JSONObject()

    package init() {}

    package static let fields: [Field<ProvenanceReport>] = [
        Field("command_id", \.commandID, .commandID), Field("attempt", \.attempt, .counted),
        Field("facts", \.facts, .scalars),
    ]
}
