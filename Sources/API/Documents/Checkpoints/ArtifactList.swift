/// The artifacts of a session.
package struct ArtifactList: Document, Equatable {
    package static let name = "ArtifactList"

    package var sessionID = ""
    package var artifacts: [ArtifactInfo] = []
    package var total = 0

    package init() {}

    package static let fields: [Field<ArtifactList>] = [
        Field("session_id", \.sessionID), Field("artifacts", \.artifacts), Field("total", \.total),
    ]
}
