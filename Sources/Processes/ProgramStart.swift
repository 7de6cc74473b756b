/// What a process is started with; nothing of this process's own surroundings is added.
package struct ProgramStart: Equatable, Sendable {
    /// The file to execute.
    package var path: String
    /// All arguments, the name the program is called by first.
    package var arguments: [String]
    package var environment: [String: String]
    /// The folder it runs in.
    package var folder: String

    package init(path: String, arguments: [String], environment: [String: String], folder: String) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.folder = folder
    }
}
