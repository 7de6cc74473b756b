package import ArgumentParser
import EventLog
import Foundation

/// `pivot server stop`
package struct StopServerCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop the server that uses the data directory.",
        discussion: """
            Trainings continue meanwhile and report to the next server that is started on the data.

            Examples:
              pivot server stop
            """)

    @OptionGroup var data: DataFolderOption

    package init() {}

    package func run() async throws {
        let folder = data.folder
        guard let owner = try DataDirectory.owner(ofFolderAt: folder) else {
            Console.standard.print("No server is running on \(folder).")
            return
        }
        guard kill(owner.processID, SIGTERM) == 0 else {
            throw CommandFailure(
                .failed, "The server at \(owner) cannot be stopped: \(String(cString: strerror(errno))).")
        }
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(30)
        while try DataDirectory.owner(ofFolderAt: folder)?.processID == owner.processID {
            guard clock.now < deadline else {
                throw CommandFailure(.failed, "The server at \(owner) was asked to stop and has not within 30 s.")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        Console.standard.print("The server at \(owner) has stopped.")
    }
}
