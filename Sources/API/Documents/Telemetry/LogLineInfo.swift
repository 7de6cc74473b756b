package import Tracking

/// A line of a training's output.
package struct LogLineInfo: Document, Equatable {
    package static let name = "LogLine"

    /// Its number within the session, from 1.
    package var line = 0
    package var time = Timestamp(rawValue: 0)
    package var text = ""
    /// `stdout`, `stderr` or `log`.
    package var source = ""
    /// `debug`, `info`, `warning` or `error`; nil for output.
    package var level: String?
    package var attempt = 0
    package var rank = 0
    /// The place in the log of the event that removed the text, which is empty then.
    package var redactedBy: UInt64?

    package init() {}

    package static let fields: [Field<LogLineInfo>] = [
        Field("line", \.line), Field("time", \.time), Field("text", \.text),
        Field("source", \.source, .words(LogReport.sources)), Field("level", \.level, .words(LogReport.levels)),
        Field("attempt", \.attempt), Field("rank", \.rank),
        Field("redacted_by", \.redactedBy),
    ]
}
