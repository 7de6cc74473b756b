import JSON

/// What is said about a checkpoint that is sent.
package struct CheckpointUpload: Sendable {
    package var sessionID: String
    /// The epoch it closes, or the one it interrupts.
    package var epoch: Int
    package var metrics: [MetricValue] = []
    /// Steps since the session's start; required of a trainer.
    package var step: Int?
    /// The attempt that saves it; needs its lease.
    package var attempt: Int?
    /// `stop`, `last`; needs a lease.
    package var marks: [String] = []
    /// The name it is downloaded under.
    package var fileName: String

    package init(sessionID: String, epoch: Int, fileName: String) {
        self.sessionID = sessionID
        self.epoch = epoch
        self.fileName = fileName
    }

    /// The form's text parts; the session first, so that the server can refuse before it reads the file.
    var fields: [(name: String, value: String)] {
        var fields = [(name: "session_id", value: sessionID), (name: "epoch", value: String(epoch))]
        if let step { fields.append(("step", String(step))) }
        if let attempt { fields.append(("attempt", String(attempt))) }
        if !marks.isEmpty { fields.append(("marks", marks.joined(separator: ","))) }
        if !metrics.isEmpty { fields.append(("metrics", String(decoding: metrics.json.encoded(), as: UTF8.self))) }
        return fields
    }
}
