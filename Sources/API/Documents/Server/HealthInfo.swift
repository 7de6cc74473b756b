package import JSON
package import Tracking

/// The health of a server and of its components.
package struct HealthInfo: Document, Equatable {
    package static let name = "Health"

    package var timestamp = Timestamp(rawValue: 0)
    /// `healthy` or `degraded`.
    package var status = ""
    /// PIVOT's version.
    package var version = ""
    /// The log's head.
    package var position: UInt64 = 0
    package var uptimeSeconds = 0.0
    package var system = JSONObject()
    /// Each with a `status` and, when it is degraded, a `message`.
    package var components = JSONObject()

    package init() {}

    package static let fields: [Field<HealthInfo>] = [
        Field("status", \.status, .words(["healthy", "degraded"])),
        Field("version", \.version),
        Field("position", \.position), Field("timestamp", \.timestamp), Field("uptime_seconds", \.uptimeSeconds),
        Field("system", \.system),
        Field("components", \.components, .components),
    ]
}
