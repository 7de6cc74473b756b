package import Tracking

/// Lines of output.
package struct LogReport: Document, Equatable {
    package static let name = "LogsReport"

    package static let sources = ["stdout", "stderr", "log"]
    package static let levels = ["debug", "info", "warning", "error"]
    /// The most bytes of a line; longer ones are refused, so that nothing is cut silently.
    package static let maximumLineByteCount = 16_384
    /// The most lines of one report.
    package static let maximumLineCount = 10_000

    package var commandID: String?
    package var attempt: UInt32 = 0
    package var rank: UInt32?
    package var lines: [Line] = []

    package init() {}

    package static let fields: [Field<LogReport>] = [
        Field("command_id", \.commandID, .commandID), Field("attempt", \.attempt, .counted),
        Field("rank", \.rank, .rank),
        Field("lines", \.lines, .count(1...maximumLineCount)),
    ]

    package struct Line: Document, Equatable {
        package static let name = "LogReportLine"

        package var text = ""
        package var time: Timestamp?
        package var source: String?
        package var level: String?

        package init() {}

        package static let fields: [Field<Line>] = [
            Field("text", \.text, .bytes(0...maximumLineByteCount)), Field("time", \.time),
            Field("source", \.source, .words(sources)), Field("level", \.level, .words(levels)),
        ]
    }
}
