import Foundation
package import JSON
import Synchronization
package import Tracking
package import TrackingClient

/// Standard output and standard error of this process.
///
/// A status line may stand at the end of standard error while it is a terminal; what is printed meanwhile appears above.
package final class Console: Sendable {
    /// The process's console.
    package static let standard = Console(environment: ProcessInfo.processInfo.environment)

    /// True when standard output is a terminal.
    package let isTerminal: Bool
    /// True when a status line can be shown.
    package let showsStatus: Bool
    private let usesColour: Bool
    private let errorUsesColour: Bool
    private let environment: [String: String]
    private let statusLine = Mutex("")

    init(environment: [String: String]) {
        self.environment = environment
        isTerminal = isatty(STDOUT_FILENO) == 1
        let isDumb = environment["TERM"] == "dumb"
        showsStatus = isatty(STDERR_FILENO) == 1 && !isDumb
        let allowsColour = (environment["NO_COLOR"] ?? "").isEmpty && !isDumb
        usesColour = isTerminal && allowsColour
        errorUsesColour = showsStatus && allowsColour
    }

    /// The columns of the terminal that standard output is; nil when it is none.
    package var width: Int? { isTerminal ? columns(of: STDOUT_FILENO) : nil }

    /// The columns of a status line.
    package var statusWidth: Int { columns(of: STDERR_FILENO) - 1 }

    /// Seconds east of UTC at `time`, here.
    package func offset(at time: Timestamp) -> Int {
        TimeZone.current.secondsFromGMT(for: Date(timeIntervalSince1970: time.secondsSince1970))
    }

    package var now: Timestamp { Timestamp(secondsSince1970: Date().timeIntervalSince1970) }

    /// A moment as people read it now and here.
    package func moment(_ time: Timestamp?) -> String {
        guard let time else { return "" }
        return HumanFormat.moment(time, now: now, offset: offset(at: time))
    }

    package func bold(_ text: String) -> String { styled(text, "1", usesColour) }
    package func dim(_ text: String) -> String { styled(text, "2", usesColour) }
    package func green(_ text: String) -> String { styled(text, "32", usesColour) }
    package func yellow(_ text: String) -> String { styled(text, "33", usesColour) }
    package func red(_ text: String) -> String { styled(text, "31", usesColour) }

    /// The colour of a session's status; nil for none.
    package func style(ofStatus status: String) -> ((String) -> String)? {
        switch status.prefix(while: { $0 != "," }) {
        case "completed": green
        case "failed": red
        case "queued", "stopping": yellow
        case "running": bold
        case "stopped", "archived": dim
        default: nil
        }
    }

    /// The colour of an alert's severity or a notification's priority; nil for none.
    package func style(ofSeverity severity: String) -> ((String) -> String)? {
        Self.colour(ofSeverity: severity).map { code in { self.styled($0, code, self.usesColour) } }
    }

    /// Prints that an alert of a severity was raised, or with nil that one is over, above the status line: to standard output,
    /// or with `asError` to standard error.
    package func alert(_ line: String, severity: String?, asError: Bool) {
        let code = severity.map { Self.colour(ofSeverity: $0) ?? "33" } ?? "2"
        if asError {
            printError(styled(line, code, errorUsesColour))
        } else {
            print(styled(line, code, usesColour))
        }
    }

    private static func colour(ofSeverity severity: String) -> String? {
        switch severity {
        case "critical", "high": "31"
        case "medium": "33"
        default: nil
        }
    }

    /// Writes `line` and a line end to standard output, above the status line.
    package func print(_ line: String) {
        statusLine.withLock { status in
            if !status.isEmpty { write("\r\u{1B}[K", to: STDERR_FILENO) }
            write(line + "\n", to: STDOUT_FILENO)
            if !status.isEmpty { write(status, to: STDERR_FILENO) }
        }
    }

    /// Writes `line` and a line end to standard error, above the status line.
    package func printError(_ line: String) {
        statusLine.withLock { status in
            write((status.isEmpty ? "" : "\r\u{1B}[K") + line + "\n" + status, to: STDERR_FILENO)
        }
    }

    /// Says in one line why the command failed.
    package func complain(_ message: String) {
        setStatus("")
        printError(styled("pivot:", "31", errorUsesColour) + " " + message)
    }

    /// Says that a feed broke and is tried again; a server that merely closed it is not worth a word.
    package func remark(_ error: ClientError) {
        if error.code != .interrupted { printError(error.message) }
    }

    /// Writes `document`: indented for a terminal, on one line for programs.
    package func printJSON(_ document: JSONValue) {
        print(String(decoding: document.encoded(pretty: isTerminal), as: UTF8.self))
    }

    /// Shows `line` as the status line, or none when it is empty. Nothing happens where no status can be shown.
    package func setStatus(_ line: String) {
        guard showsStatus else { return }
        statusLine.withLock { status in
            guard status != line else { return }
            status = line
            write("\r\u{1B}[K" + line, to: STDERR_FILENO)
        }
    }

    private func styled(_ text: String, _ code: String, _ applies: Bool) -> String {
        applies && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private func columns(of descriptor: Int32) -> Int {
        var size = winsize()
        if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return environment["COLUMNS"].flatMap { Int($0) } ?? 80
    }

    /// Writes all of `text`; a reader that has gone away ends the process, as it would any program of a pipe.
    private func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                Foundation.exit(errno == EPIPE ? 0 : CommandStatus.failed.rawValue)
            }
            bytes = bytes.dropFirst(count)
        }
    }
}
