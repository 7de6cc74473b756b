package import Tracking

/// A line that a program wrote, or that is said about it.
package struct OutputLine: Equatable, Sendable {
    /// The origin of a line, as the log names it.
    package enum Source: String, Sendable {
        case standardOutput = "stdout"
        case standardError = "stderr"
        /// The supervisor.
        case log
    }

    package var source: Source
    package var text: String
    /// The bytes at the line's end that were not kept.
    package var omittedByteCount = 0
    package var time: Timestamp
    /// `info`, `warning`, `error`; empty for output.
    package var level = ""

    package init(_ source: Source, _ text: String, at time: Timestamp, level: String = "") {
        self.source = source
        self.text = text
        self.time = time
        self.level = level
    }

    /// A line that was written.
    package init(_ source: Source, _ output: OutputText, at time: Timestamp) {
        self.init(source, output.text, at: time)
        omittedByteCount = output.omittedByteCount
    }

    /// The part of it that was written.
    package var output: OutputText { OutputText(text, omittedByteCount: omittedByteCount) }
}
