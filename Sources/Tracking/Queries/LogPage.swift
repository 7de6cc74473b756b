/// A part of what a session's processes printed and logged.
package struct LogPage: Sendable, Equatable {
    /// One line.
    package struct Line: Sendable, Equatable {
        /// The line's place among all lines of the session, from 1, in the order they were recorded.
        package var number: UInt64
        package var attempt: UInt32
        package var rank: UInt32
        /// Microseconds since 1970.
        package var time: Int64
        /// stdout, stderr or log.
        package var source: String
        /// debug, info, warning, error; empty for output.
        package var level: String
        package var text: String
        /// The event that removed the text; nil while it is there.
        package var redactedBy: LogPosition?

        package init(
            number: UInt64, attempt: UInt32, rank: UInt32, time: Int64, source: String, level: String, text: String,
            redactedBy: LogPosition? = nil
        ) {
            self.number = number
            self.attempt = attempt
            self.rank = rank
            self.time = time
            self.source = source
            self.level = level
            self.text = text
            self.redactedBy = redactedBy
        }
    }

    package var lines: [Line]
    /// The place to go on from: the number of the last line that was looked at.
    package var next: UInt64
    /// The number of lines that the session has, of all ranks.
    package var total: UInt64

    package init(lines: [Line], next: UInt64, total: UInt64) {
        self.lines = lines
        self.next = next
        self.total = total
    }
}
