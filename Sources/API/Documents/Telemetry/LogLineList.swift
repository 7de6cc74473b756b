/// A part of a session's output.
package struct LogLineList: Document, Equatable {
    package static let name = "LogLineList"

    package var sessionID = ""
    package var lines: [LogLineInfo] = []
    package var total = 0
    /// The number of the last line that was looked at: what to ask for next.
    package var lastLine = 0

    package init() {}

    package static let fields: [Field<LogLineList>] = [
        Field("session_id", \.sessionID), Field("lines", \.lines), Field("total", \.total),
        Field("last_line", \.lastLine),
    ]
}
