package import API
import JSON

/// A line of standard output that reports metrics (`trainer.metrics: json_lines`).
///
/// A JSON object with `epoch`, a number from 1, and at least one other number is the record of that epoch; its `step`, if
/// there, counts the updates since the session's start. One with `step` and no `epoch` holds points of step metrics. NaN and
/// the infinities may come as tokens, as Python writes them, or as strings; a number larger than any double is infinite.
/// Strings, booleans, nulls and `timestamp` are left out; any other line is none of these.
package enum MetricLine: Equatable, Sendable {
    case epoch(Int, step: Int?, metrics: [MetricValue])
    case step(Int, metrics: [MetricValue])

    /// The longest line that is read, in bytes: as much as a report may have.
    package static let maximumByteCount = 16 << 20
    /// The largest step that is reported.
    static let maximumStep: Int64 = (1 << 53) - 1

    /// Reads a line and keeps what is good of it; nil when it is for the log.
    ///
    /// - Returns: The faults of a line that was meant as metrics, in the order in which they were found.
    package static func read(_ output: OutputText) -> (line: MetricLine?, faults: [MetricLineFault]) {
        let text = output.text
        guard isObject(text.utf8) else { return (nil, []) }
        guard output.omittedByteCount == 0 else {
            return (nil, [MetricLineFault(.tooLong(text.utf8.count + output.omittedByteCount), in: text)])
        }
        var reader = MetricLineReader()
        do throws(JSONError) {
            try JSONScanner.scan(Array(text.utf8)) { scanner throws(JSONError) in try reader.read(&scanner) }
        } catch {
            return (nil, [MetricLineFault(.notJSON(error.message), in: text)])
        }
        let line = reader.line()
        return (line, reader.faults.map { MetricLineFault($0, in: text, isKept: line != nil) })
    }

    /// True when a line that begins with `bytes` may be a JSON object: what comes first, after blanks or a byte order mark,
    /// is a brace.
    package static func isObject(_ bytes: some Sequence<UInt8>) -> Bool {
        let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let first = bytes.dropFirst(isMarked ? 3 : 0).first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        return first == UInt8(ascii: "{")
    }
}
