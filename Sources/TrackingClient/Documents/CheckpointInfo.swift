package import JSON
package import Tracking

/// A checkpoint as the server shows it.
package struct CheckpointInfo: Sendable {
    /// The whole document.
    package let json: JSONValue
    package let id: String
    package let sessionID: String
    package let epoch: Int
    /// Of the uncompressed bytes.
    package let digest: Digest
    /// The size of the uncompressed bytes.
    package let byteCount: Int64
    /// The name it is downloaded under.
    package let fileName: String

    package init(_ json: JSONValue) throws(ClientError) {
        self.json = json
        id = try json.text("checkpoint_id", of: "a checkpoint")
        sessionID = try json.text("session_id", of: "a checkpoint")
        epoch = try json.integer("epoch", of: "a checkpoint")
        let digest = try json.text("digest", of: "a checkpoint")
        guard let known = Digest(digest) else {
            throw ClientError(.unexpectedAnswer, "Checkpoint \(id) has the digest \"\(digest)\", which is none.")
        }
        self.digest = known
        byteCount = Int64(try json.integer("file_size_bytes", of: "a checkpoint"))
        fileName = try json.text("file_name", of: "a checkpoint")
    }

    package var step: Int? { json["step"]?.integerValue.map(Int.init) }
    /// What it takes on the server's disk.
    package var storedByteCount: Int64? { json["stored_size_bytes"]?.integerValue }
    /// The session's monitored metric, or the one asked for.
    package var metricName: String? { json["metric_name"]?.stringValue }
    /// Its value, when there is a finite one.
    package var metricValue: Double? { json["metric_value"]?.doubleValue }
    package var metrics: [MetricValue] { json.metrics("metrics") }
    package var isBest: Bool { json["is_best"]?.boolValue ?? false }
    /// best, last, stop.
    package var marks: [String] { json.texts("marks") }
    /// Whether a new session can continue from it.
    package var isResumable: Bool { json["resumable"]?.boolValue ?? false }
    package var createdAt: Timestamp? { json["created_at"]?.stringValue.flatMap { Timestamp($0) } }
    /// Whether a stop was asked for; told to trainers when they save.
    package var stopRequested: Bool { json["stop_requested"]?.boolValue ?? false }
}
