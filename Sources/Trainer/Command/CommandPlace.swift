package import Processes

/// The surroundings of supervised programs: what the supervisor's process gives them, and what it lets them be.
package struct CommandPlace: Sendable {
    /// The URL at which programs reach the server.
    package var serverURL: String
    /// The supervisor's process id.
    package var processID: Int32
    /// The supervisor's own environment, of which programs get a part.
    package var environment: [String: String]
    /// The folder that `trainer.working_directory` is relative to.
    package var projectFolder: String
    /// The folder in which the program of a session without a working directory runs; made when it is needed.
    package var sessionFolder: String
    /// The folder of the files for the program's eyes, which lie there until the supervisor ends.
    package var temporaryFolder: String
    package var allowed: AllowedCommands
    /// True when the supervisor adopts orphans and has no other children than its program.
    package var adoptsOrphans = false

    package init(
        serverURL: String, processID: Int32, environment: [String: String], projectFolder: String,
        sessionFolder: String, temporaryFolder: String, allowed: AllowedCommands
    ) {
        self.serverURL = serverURL
        self.processID = processID
        self.environment = environment
        self.projectFolder = projectFolder
        self.sessionFolder = sessionFolder
        self.temporaryFolder = temporaryFolder
        self.allowed = allowed
    }
}
