package import JSON
package import Tracking

/// What would come of a request to create a session.
package struct SessionCheckInfo: Document, Equatable {
    package static let name = "SessionCheck"

    /// True when the session would be created.
    package var isValid = false
    /// What it would be refused for.
    package var problems: [SessionProblem] = []
    /// What its user should know of its configuration, without a code.
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

/// One thing that is wrong, or worth knowing, about a request to create a session.
package struct SessionProblem: Document, Equatable {
    package static let name = "SessionProblem"

    /// A field of the request, or the dotted name of a value of the configuration; empty for the whole.
    package var field = ""
    package var message = ""
    /// The line of the configuration's text, from 1.
    package var line: Int?
    /// The value that would be right, in words.
    package var expected: String?
    /// The code with which the creation would be refused.
    package var code: String?

    package init() {}

    package static let fields: [Field<SessionProblem>] = [
        Field("field", \.field), Field("message", \.message), Field("line", \.line),
        Field("expected", \.expected), Field("code", \.code),
    ]
}
