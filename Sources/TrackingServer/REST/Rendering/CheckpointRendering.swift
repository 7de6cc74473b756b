import JSON
import Projections
import Tracking

/// A checkpoint's document as the API writes it.
struct CheckpointRendering {
    private let entry: CheckpointEntry
    private let metricName: String

    /// - Parameter metricName: The metric that `metric_value` is; nil for the session's monitored one.
    init(_ entry: CheckpointEntry, metricName: String? = nil) {
        self.entry = entry
        self.metricName = metricName ?? entry.monitor
    }

    /// Whether it can be named as `checkpoint_id` of a new session.
    static func isResumable(_ document: CheckpointDocument) -> Bool {
        !document.deleted && !document.architecture.isEmpty
    }

    var object: JSONObject {
        let document = entry.document
        var object = JSONObject()
        object.add("checkpoint_id", .string(document.checkpointID))
        object.add("session_id", .string(document.sessionID))
        object.add("epoch", .count(document.epoch))
        object.add("step", document.step > 0 ? .count(document.step) : nil)
        object.add("attempt", document.attempt > 0 ? .count(document.attempt) : nil)
        object.add(text: metricName, "metric_name")
        object.add("metric_value", entry.value(of: metricName).map { .number($0) })
        object.add("metrics", .object(document.metrics.object))
        object.add("file_name", .string(document.fileName))
        object.add("file_size_bytes", .count(document.byteCount))
        object.add("file_size_mb", .number(Double(document.byteCount) / 1e6))
        object.add("stored_size_bytes", .count(document.storedByteCount))
        object.add("stored_size_mb", .number(Double(document.storedByteCount) / 1e6))
        object.add("digest", .string(document.digest))
        object.add("format", .string(document.format == .safetensors ? "safetensors" : "opaque"))
        object.add("resumable", .bool(Self.isResumable(document)))
        object.add("source", .string(document.attempt > 0 ? "trainer" : "upload"))
        object.add("is_best", .bool(entry.isBest))
        object.add("marks", .strings(marks))
        object.add(time: document.createdAt, "created_at")
        return object
    }

    private var marks: [String] {
        var marks: [String] = []
        if entry.isBest { marks.append("best") }
        if entry.isLast || entry.document.marks.contains(.last) { marks.append("last") }
        if entry.document.marks.contains(.stop) { marks.append("stop") }
        return marks
    }
}
