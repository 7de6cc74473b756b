import Foundation
import Processes
import Text
import TrackingClient

/// Starts a server of this program in the background, in a session of its own, so that it outlives the command.
struct ServerStarter: Sendable {
    let client: APIClient
    /// Programs that a server that is started may start for sessions of kind `command`.
    var allowedCommands: [String] = []
    /// The folder of the server's data and its log file.
    var dataFolder = DataFolder.standard()
    /// Folders of configuration files; the server's own choice when there are none.
    var configRoots: [String] = []
    private var logFile: String { DataFolder.logFile(in: dataFolder) }

    /// Returns when a server answers at the client's address: one that was there, or one that was started.
    /// - Throws: `CommandFailure` when the address is not this machine's or the server does not come up.
    func ensureServer(console: Console) async throws {
        if try await ServerProbe(client: client).healthOrRefusal() != nil { return }
        let address = client.configuration.address
        guard address.isLoopback, address.text.hasPrefix("http://") else {
            throw CommandFailure(
                .unreachable,
                "No server can be reached at \(address), and this command can start one on this machine only. "
                    + "Start it there with `\(ProgramName.typed) serve`, or omit --url.")
        }
        let server = try await start(address)
        console.setStatus("starting a server at \(address)")
        defer { console.setStatus("") }
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(60)
        while clock.now < deadline {
            if try await ServerProbe(client: client).healthOrRefusal() != nil {
                console.printError(
                    "Started a server at \(address), process \(server.id); data in \(dataFolder), log in \(logFile)."
                )
                return
            }
            if server.exit != nil {
                // Another command may have been quicker; then its server answers.
                if try await ServerProbe(client: client).healthOrRefusal() != nil { return }
                throw CommandFailure(
                    .unreachable, "The server at \(address) did not start. \(lastLines()) See \(logFile).")
            }
            try await client.pause(.milliseconds(50))
        }
        throw CommandFailure(
            .unreachable, "The server at \(address) did not answer within 60 s. \(lastLines()) See \(logFile).")
    }

    private func start(_ address: ServerAddress) async throws(CommandFailure) -> ChildProcess {
        do {
            try FileManager.default.createDirectory(atPath: dataFolder, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(
                .failed,
                "The folder \(dataFolder) cannot be created: \(FileFault.words(error)). Check the path and who owns "
                    + "it.")
        }
        let executable = ServerStarter.executablePath
        let arguments =
            [
                executable, "serve", "--host", address.host, "--port", String(address.port), "--data-dir",
                dataFolder,
            ] + allowedCommands.flatMap { ["--allow-command", $0] }
            + configRoots.flatMap { ["--config-root", $0] }
        do throws(ProcessError) {
            return try await ChildProcess.start(
                ProgramStart(
                    path: executable, arguments: arguments, attachment: .detached,
                    output: .appended(to: logFile), error: .appended(to: logFile)))
        } catch {
            throw CommandFailure(.failed, "The server could not be started: \(error.message)")
        }
    }

    /// The end of the server's log, on one line.
    private func lastLines() -> String {
        guard let data = FileManager.default.contents(atPath: logFile) else { return "" }
        let lines = String(decoding: data.suffix(2_000), as: UTF8.self).split(separator: "\n").suffix(1)
        return lines.isEmpty ? "" : "Its last log line: " + DisplayText.sentence(lines.joined(separator: " "))
    }

    #if os(Linux)
        private static var executablePath: String {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
            return count > 0
                ? String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
                : CommandLine.arguments[0]
        }
    #else
        private static var executablePath: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }
    #endif
}
