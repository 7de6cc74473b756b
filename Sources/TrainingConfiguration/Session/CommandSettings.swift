/// A program that trains (`trainer`, kind `command`).
package struct CommandSettings: Equatable, Sendable {
    /// The metrics that are read from the program's output beside log lines.
    package enum Metrics: String, Sendable {
        case none
        /// Lines of standard output that are JSON objects with `epoch` or `step`.
        case jsonLines = "json_lines"
    }

    /// The program and its arguments; at least the program.
    package let command: [String]
    /// The folder it runs in; nil for a folder of the session's own.
    package let workingDirectory: String?
    /// Variables added to its environment.
    package let environment: [String: String]
    /// Variables of the server's environment that it gets too.
    package let passedEnvironment: [String]
    /// Time between SIGTERM and SIGKILL.
    package let grace: Duration
    /// The longest time it may run; nil: no limit.
    package let timeout: Duration?
    package let metrics: Metrics

    init(_ section: ResolvedSection) {
        command = section.strings("command")
        workingDirectory = section.optionalString("working_directory")
        environment = section.stringMap("environment")
        passedEnvironment = section.strings("pass_environment")
        grace = Self.duration(section.number("grace_seconds"))
        timeout = section.optionalNumber("timeout_seconds").map(Self.duration)
        metrics = section.choice("metrics")
    }

    private static func duration(_ seconds: Double) -> Duration { .milliseconds(Int64((seconds * 1000).rounded())) }
}
