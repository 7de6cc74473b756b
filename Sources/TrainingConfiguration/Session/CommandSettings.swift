/// A program that trains (`trainer`, kind `command`).
package struct CommandSettings: Equatable, Sendable {
    /// The program and its arguments; at least the program.
    package let command: [String]
    /// Where it runs; nil for a folder of the session's own.
    package let workingDirectory: String?
    /// Variables added to its environment.
    package let environment: [String: String]
    /// Time between SIGTERM and SIGKILL.
    package let grace: Duration

    init(_ section: ResolvedSection) {
        command = section.strings("command")
        workingDirectory = section.optionalString("working_directory")
        environment = section.stringMap("environment")
        grace = .milliseconds(Int64((section.number("grace_seconds") * 1000).rounded()))
    }
}
