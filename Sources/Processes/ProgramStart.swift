/// The description of a process to start, and of how it belongs to this one.
package struct ProgramStart: Equatable, Sendable {
    /// The ties of a process to the one that starts it.
    package enum Attachment: Equatable, Sendable {
        /// It leads a session and group of its own, has no input, and does not outlive this process: the kernel kills it
        /// when this process is gone, however it went.
        case supervised
        /// It leads a session and group of its own, has no input, and outlives this process.
        case detached
        /// It shares this process's session, group and input, so that a terminal's keys reach both. It may outlive it.
        case foreground
    }

    /// The destination of an output of a process.
    package enum Output: Equatable, Sendable {
        /// To a pipe, which whoever has started the process reads.
        case pipe
        /// To where this process's own leads.
        case inherited
        /// Nowhere.
        case discarded
        /// To the end of a file, which is made where there is none.
        case appended(to: String)
    }

    /// The file to execute.
    package var path: String
    /// All arguments, the name the program is called by first.
    package var arguments: [String]
    /// All variables; nil: those of this process.
    package var environment: [String: String]?
    /// The folder it runs in.
    package var folder: String
    package var attachment: Attachment
    /// The `cgroup.procs` of a control group that it enters before it is executed. The program is executed also when it
    /// cannot enter.
    package var controlGroup: String?
    package var output: Output
    package var error: Output

    package init(
        path: String, arguments: [String], environment: [String: String]? = nil, folder: String = ".",
        attachment: Attachment = .supervised, output: Output = .pipe, error: Output = .pipe
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.folder = folder
        self.attachment = attachment
        self.output = output
        self.error = error
    }
}
