package import JSON
package import Tracking

/// A session as the server shows it.
package struct SessionInfo: Sendable {
    /// The whole document.
    package let json: JSONValue
    package let id: String
    package let name: String
    package let status: Session.Status
    /// The last completed epoch, 0 before the first.
    package let currentEpoch: Int
    package let totalEpochs: Int
    /// The share that is done, 0 to 1.
    package let progress: Double

    package init(_ json: JSONValue) throws(ClientError) {
        self.json = json
        id = try json.text("session_id", of: "a session")
        name = try json.text("session_name", of: "a session")
        let status = try json.text("status", of: "a session")
        guard let known = Session.Status(rawValue: status) else {
            throw ClientError(
                .unexpectedAnswer, "Session \(id) has the status \"\(status)\", which this version does not know.")
        }
        self.status = known
        currentEpoch = try json.integer("current_epoch", of: "a session")
        totalEpochs = try json.integer("total_epochs", of: "a session")
        progress = try json.number("progress", of: "a session")
    }

    /// The position of the last event of the session.
    package var position: UInt64? { json["position"]?.integerValue.map { UInt64(max(0, $0)) } }
    package var tags: [String] { json.texts("tags") }
    package var experiment: String? { json["experiment"]?.stringValue }
    /// The resolved configuration; nil in lists.
    package var configuration: JSONValue? { json["config"] }
    package var latestMetrics: [MetricValue] { json.metrics("latest_metrics") }
    package var finalMetrics: [MetricValue] { json.metrics("final_metrics") }
    package var createdAt: Timestamp? { time("created_at") }
    package var startedAt: Timestamp? { time("started_at") }
    package var completedAt: Timestamp? { time("completed_at") }
    package var updatedAt: Timestamp? { time("updated_at") }
    /// Why it failed, was lost or stopped.
    package var message: String? { json["message"]?.stringValue }
    package var isArchived: Bool { json["archived"]?.boolValue ?? false }
    package var bestCheckpointID: String? { json["best_checkpoint_id"]?.stringValue }
    package var parentCheckpointID: String? { json["parent_checkpoint_id"]?.stringValue }
    package var queuePosition: Int? { json["queue_position"]?.integerValue.map(Int.init) }
    package var stopRequested: Bool { json["stop_requested"]?.boolValue ?? false }

    private func time(_ key: String) -> Timestamp? { json[key]?.stringValue.flatMap { Timestamp($0) } }
}
