package import JSON
package import Tracking

/// A frame of a live feed.
package struct FeedFrame: Sendable {
    /// connection, epoch_complete, metrics, checkpoint_saved, status, log, host, alert, training_complete, error or
    /// heartbeat; a newer server may send others.
    package let type: String
    /// Where in the log it stands.
    package let position: UInt64?
    /// The whole document.
    package let json: JSONValue

    package init(_ json: JSONValue) throws(ClientError) {
        self.json = json
        type = try json.text("type", of: "a frame")
        position = json["position"]?.integerValue.map { UInt64(max(0, $0)) }
    }

    package var sessionID: String? { json["session_id"]?.stringValue }
    package var status: Session.Status? { json["status"]?.stringValue.flatMap { Session.Status(rawValue: $0) } }
    package var epoch: Int? { json["epoch"]?.integerValue.map(Int.init) }
    package var metrics: [MetricValue] { json.metrics("metrics") }
    package var finalMetrics: [MetricValue] { json.metrics("final_metrics") }
    package var message: String? { json["message"]?.stringValue }
    /// Whether a session's feed ends with it.
    package var isLast: Bool { type == "training_complete" || type == "error" }
}
