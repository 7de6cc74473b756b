package import JSON
package import Tracking

/// The outcome that a request to create a session would have.
package struct SessionCheckInfo: Document, Equatable {
    package static let name = "SessionCheck"

    /// True when the session would be created.
    package var isValid = false
    /// The problems for which it would be refused.
    package var problems: [SessionProblem] = []
    /// Remarks on its configuration for its user, without a code.
    package var warnings: [SessionProblem] = []
    package var sessionName: String?
    /// The resolved configuration, when it is not refused, and what follows from it.
    package var configuration: JSONObject?
    package var configurationDigest: Digest?
    package var trainer: String?
    package var totalEpochs: Int?
    package var monitor: String?
    package var monitorMode: String?

    package init() {}

    package static let fields: [Field<SessionCheckInfo>] = [
        Field("valid", \.isValid), Field("problems", \.problems), Field("warnings", \.warnings),
        Field("session_name", \.sessionName), Field("config", \.configuration),
        Field("config_digest", \.configurationDigest), Field("trainer", \.trainer),
        Field("total_epochs", \.totalEpochs), Field("monitor", \.monitor),
        Field("monitor_mode", \.monitorMode, .words(["min", "max"])),
    ]
}
