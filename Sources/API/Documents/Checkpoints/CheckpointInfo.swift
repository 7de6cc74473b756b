package import Tracking

/// A checkpoint.
package struct CheckpointInfo: Document, Equatable, StoredFile {
    package static let name = "Checkpoint"

    package var id = ""
    package var sessionID = ""
    package var epoch = 0
    package var step: Int?
    /// Nil when it was uploaded.
    package var attempt: Int?
    /// The session's monitored metric, or the one asked for.
    package var metricName: String?
    /// Its value, when there is a finite one.
    package var metricValue: Double?
    package var metrics: [MetricValue] = []
    /// The name it is downloaded under.
    package var fileName = ""
    /// The size of the uncompressed bytes.
    package var byteCount: Int64 = 0
    /// The bytes that it takes on the server's disk.
    package var storedByteCount: Int64 = 0
    /// The bytes that storing it added to the disk; nil when that was not recorded yet.
    package var addedByteCount: Int64?
    /// Of the uncompressed bytes.
    package var digest = Digest(hashing: [])
    /// `safetensors` or `opaque`.
    package var format = "opaque"
    /// True when a new session can continue from it.
    package var isResumable = false
    /// `trainer` or `upload`.
    package var source = "upload"
    package var isBest = false
    /// `best`, `last`, `stop`.
    package var marks: [String] = []
    /// True when a later attempt or a later save of the epoch took its place.
    package var isSuperseded = false
    package var createdAt = Timestamp(rawValue: 0)
    package var deletedAt: Timestamp?
    /// True when a stop was asked for; told to trainers when they save.
    package var stopRequested: Bool?

    private var megabytes: Double {
        get { Double(byteCount) / 1e6 }
        set {}
    }
    private var storedMegabytes: Double {
        get { Double(storedByteCount) / 1e6 }
        set {}
    }

    /// The same under the names that clients of other servers of this API read; a name, never a path of the server.
    private var filePath: String {
        get { fileName }
        set {}
    }
    private var uploadedAt: Timestamp {
        get { createdAt }
        set {}
    }
    /// Told when it was deleted.
    package var message: String?

    package init() {}

    package static let fields: [Field<CheckpointInfo>] = [
        Field("checkpoint_id", \.id), Field("session_id", \.sessionID), Field("epoch", \.epoch),
        Field("step", \.step), Field("attempt", \.attempt), Field("metric_name", \.metricName),
        Field("metric_value", \.metricValue), Field(metrics: "metrics", \.metrics), Field("file_name", \.fileName),
        Field("file_size_bytes", \.byteCount), Field("file_size_mb", \.megabytes),
        Field("stored_size_bytes", \.storedByteCount), Field("stored_size_mb", \.storedMegabytes),
        Field("added_size_bytes", \.addedByteCount), Field("shared_size_bytes", \.sharedByteCount),
        Field("digest", \.digest), Field("format", \.format, .words(["safetensors", "opaque"])),
        Field("resumable", \.isResumable), Field("source", \.source, .words(["trainer", "upload"])),
        Field("is_best", \.isBest), Field("marks", \.marks, .count(0...3, of: .words(["best", "last", "stop"]))),
        Field("superseded", \.isSuperseded, omitting: false), Field("created_at", \.createdAt),
        Field("uploaded_at", \.uploadedAt), Field("file_path", \.filePath), Field("message", \.message),
        Field("deleted_at", \.deletedAt), Field("stop_requested", \.stopRequested),
    ]
}
