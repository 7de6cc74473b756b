package import JSON
package import Tracking

/// How a session stands: the small document that is cheap to ask for often.
package struct SessionStatusInfo: Sendable {
    /// The whole document.
    package let json: JSONValue
    package let id: String
    package let status: Session.Status
    /// The last completed epoch, 0 before the first.
    package let currentEpoch: Int
    package let totalEpochs: Int
    /// The share that is done, 0 to 1.
    package let progress: Double

    package init(_ json: JSONValue) throws(ClientError) {
        self.json = json
        id = try json.text("session_id", of: "a status")
        let status = try json.text("status", of: "a status")
        guard let known = Session.Status(rawValue: status) else {
            throw ClientError(
                .unexpectedAnswer, "Session \(id) has the status \"\(status)\", which this version does not know.")
        }
        self.status = known
        currentEpoch = try json.integer("current_epoch", of: "a status")
        totalEpochs = try json.integer("total_epochs", of: "a status")
        progress = try json.number("progress", of: "a status")
    }

    package var latestMetrics: [MetricValue] { json.metrics("latest_metrics") }
    package var queuePosition: Int? { json["queue_position"]?.integerValue.map(Int.init) }
    /// The server's estimate, while running.
    package var timeLeft: Duration? { json["seconds_left"]?.doubleValue.map { .seconds($0) } }
    package var message: String? { json["message"]?.stringValue }
    package var stopRequested: Bool { json["stop_requested"]?.boolValue ?? false }
}
