package import JSON

/// Whether a server works.
package struct HealthInfo: Sendable {
    /// The whole document.
    package let json: JSONValue
    /// healthy or degraded.
    package let status: String
    /// PIVOT's version.
    package let version: String
    /// The log's head.
    package let position: UInt64

    package init(_ json: JSONValue) throws(ClientError) {
        self.json = json
        status = try json.text("status", of: "the health")
        version = try json.text("version", of: "the health")
        position = UInt64(max(0, try json.integer("position", of: "the health")))
    }

    package var isHealthy: Bool { status == "healthy" }
}
