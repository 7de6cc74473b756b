package import JSON
package import Tracking

/// A session in full.
@dynamicMemberLookup
package struct SessionInfo: Document, Equatable {
    package static let name = "Session"

    package var summary = SessionSummary()
    /// The resolved configuration.
    package var configuration = JSONObject()
    package var configurationPath: String?
    package var configurationDigest: Digest?
    package var params = JSONObject()
    package var warnings: [String] = []
    package var provenance = JSONObject()
    package var attempts: [AttemptInfo] = []
    package var results: [ResultInfo] = []
    /// The training that it does again.
    package var reproduction: ReproductionInfo?
    /// The verdicts on reproductions of it, and on itself when it is one.
    package var reproductions: [ReproductionVerdictInfo] = []
    /// The server that it was taken over from.
    package var imported: SessionOrigin?
    /// The attempt that was claimed with its creation; told only then.
    package var claim: GrantedClaim?

    package init() {}

    package static let fields: [Field<SessionInfo>] =
        Field.embedded(\.summary) + [
            Field("config", \.configuration), Field("config_path", \.configurationPath),
            Field("config_digest", \.configurationDigest), Field("params", \.params, .scalars),
            Field("warnings", \.warnings, omitting: []), Field("provenance", \.provenance, omitting: [:]),
            Field("attempts", \.attempts, omitting: []), Field("results", \.results, omitting: []),
            Field("reproduction", \.reproduction), Field("reproductions", \.reproductions, omitting: []),
            Field("imported", \.imported), Field("claim", \.claim),
        ]

    package subscript<Value>(dynamicMember path: KeyPath<SessionSummary, Value>) -> Value { summary[keyPath: path] }
}
