import Foundation
import TrackingClient

/// Starts a server of this program in the background, in a session of its own, so that it outlives the command.
struct ServerStarter: Sendable {
    let client: APIClient
    /// Programs that a server that is started may start for sessions of kind `command`.
    var allowedCommands: [String] = []
    /// Where the server keeps its data and its log file, below the working directory.
    static let dataFolder = "pivot-data"
    static let logFile = dataFolder + "/server.log"

    /// Returns when a server answers at the client's address: one that was there, or one that was started.
    /// - Throws: `CommandFailure` when the address is not this machine's or the server does not come up.
    func ensureServer(console: Console) async throws {
        if try await ServerProbe(client: client).healthOrRefusal() != nil { return }
        let address = client.configuration.address
        guard address.isLoopback, address.text.hasPrefix("http://") else {
            throw CommandFailure(
                .unreachable,
                "No server can be reached at \(address), and one can be started on this machine only. "
                    + "Start it there with `pivot serve`, or leave --url away.")
        }
        let process = try spawn(address)
        console.setStatus("starting a server at \(address)")
        defer { console.setStatus("") }
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(60)
        while clock.now < deadline {
            if try await ServerProbe(client: client).healthOrRefusal() != nil {
                console.printError(
                    "Started a server at \(address), process \(process); data in \(Self.dataFolder), log in \(Self.logFile)."
                )
                return
            }
            var status: Int32 = 0
            if waitpid(process, &status, WNOHANG) == process {
                // Another command may have been quicker; then its server answers.
                if try await ServerProbe(client: client).healthOrRefusal() != nil { return }
                throw CommandFailure(
                    .unreachable, "The server at \(address) did not start. \(lastLines()) See \(Self.logFile).")
            }
            try await client.pause(.milliseconds(50))
        }
        throw CommandFailure(
            .unreachable, "The server at \(address) has not answered for 60 s. \(lastLines()) See \(Self.logFile).")
    }

    private func spawn(_ address: ServerAddress) throws(CommandFailure) -> pid_t {
        do {
            try FileManager.default.createDirectory(atPath: Self.dataFolder, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(
                .failed, "The folder \(Self.dataFolder) cannot be made here: \(error.localizedDescription)")
        }
        let executable = ServerStarter.executablePath
        let arguments =
            [
                executable, "serve", "--host", address.host, "--port", String(address.port), "--data-dir",
                Self.dataFolder,
            ] + allowedCommands.flatMap { ["--allow-command", $0] }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, Self.logFile, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigfillset(&defaults)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(ServerStarter.newSessionFlag) | Int16(POSIX_SPAWN_SETSIGDEF))

        var process: pid_t = 0
        var pointers = arguments.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        let result = posix_spawn(&process, executable, &actions, &attributes, pointers, environ)
        guard result == 0 else {
            throw CommandFailure(
                .failed, "The server cannot be started: \(executable): \(String(cString: strerror(result))).")
        }
        return process
    }

    /// The end of the server's log, on one line.
    private func lastLines() -> String {
        guard let data = FileManager.default.contents(atPath: Self.logFile) else { return "" }
        let lines = String(decoding: data.suffix(2_000), as: UTF8.self).split(separator: "\n").suffix(1)
        return lines.isEmpty ? "" : "Its last words: " + DisplayText.sentence(lines.joined(separator: " "))
    }

    #if os(Linux)
        /// POSIX_SPAWN_SETSID of glibc 2.26 and later, which its headers show to GNU sources only.
        private static let newSessionFlag: Int32 = 0x80
        private static var executablePath: String {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
            return count > 0
                ? String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
                : CommandLine.arguments[0]
        }
    #else
        private static let newSessionFlag: Int32 = 0x400
        private static var executablePath: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }
    #endif
}
