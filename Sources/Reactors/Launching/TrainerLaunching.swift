import Foundation
package import Processes
import Text
package import Tracking

/// Starts trainers as processes of this executable: `pivot train-worker <session>`.
///
/// A trainer has a process group of its own and outlives the server; it comes back when the server does.
package struct TrainerLaunching: TrainerProcesses {
    /// The last bytes of a trainer's standard error that are reported when it is lost.
    private static let tailByteCount = 2000

    private let executable: String
    /// The URL at which the trainers reach this server; known once it listens.
    private let url: @Sendable () async -> String
    private let outputFolder: String
    private let niceness: Int
    /// The time that this server waits for a trainer that says nothing.
    private let leaseDuration: Duration
    /// The commands that sessions of kind `command` may start.
    private let allowedCommands: AllowedCommands
    package let isEnabled: Bool

    package init(
        executable: String, url: @escaping @Sendable () async -> String, outputFolder: String, niceness: Int,
        leaseDuration: Duration, allowedCommands: AllowedCommands, isEnabled: Bool
    ) {
        self.executable = executable
        self.url = url
        self.outputFolder = outputFolder
        self.niceness = niceness
        self.leaseDuration = leaseDuration
        self.allowedCommands = allowedCommands
        self.isEnabled = isEnabled
    }

    package func waitUntilReady() async { _ = await url() }

    package func run(
        _ session: Session.ID, kind: TrainerKind, allowedProgram: String, started: @Sendable (UInt32) -> Void
    ) async throws(LaunchError) -> TrainerExit? {
        let url = await self.url()
        if Task.isCancelled || url.isEmpty { return nil }
        let output = outputFolder + "/\(session).log"
        var start = ProgramStart(
            path: executable,
            arguments: [
                executable, "train-worker", session.text, "--url", url, "--nice", String(niceness), "--lease-seconds",
                String(max(1, leaseDuration.components.seconds)),
            ], attachment: .detached, output: .appended(to: output), error: .appended(to: output))
        if kind.isSupervisedProgram {
            // The supervisor asks the list once more, right before it starts the program.
            start.arguments += ["--folder", outputFolder + "/\(session)"]
            let programs = allowedCommands.paths + (allowedProgram.isEmpty ? [] : [allowedProgram])
            start.arguments += programs.flatMap { ["--allow-command", $0] }
        }
        do {
            try FileManager.default.createDirectory(atPath: outputFolder, withIntermediateDirectories: true)
            var status = stat()
            let byteCount = stat(output, &status) == 0 ? UInt64(status.st_size) : 0
            let child = try await ChildProcess.start(start)
            started(UInt32(child.id))
            guard let exit = await child.exitUnlessCancelled() else { return nil }
            if kind.isSupervisedProgram {
                // A supervisor that was killed has left its program's processes to whoever finds them.
                ProcessMark(session: session.text, supervisor: child.id).killAll()
            }
            let reason: TrainerExit.Reason =
                switch exit {
                case .code(let code): .exit(code: code)
                case .signal(let number): .signal(number)
                }
            return TrainerExit(
                processID: UInt32(child.id), reason: reason, lastLines: try Self.tail(of: output, after: byteCount))
        } catch let error as ProcessError {
            throw LaunchError("the trainer could not be started: \(error.message)")
        } catch {
            throw LaunchError("the trainer could not be started: \(FileFault.words(error))")
        }
    }

    package func end(processID: UInt32) {
        // Fails only for a process that has ended, which is what is wanted.
        _ = kill(pid_t(processID), SIGKILL)
    }

    package func endLeftovers(of session: Session.ID, processID: UInt32) {
        ProcessMark(session: session.text, supervisor: Int32(bitPattern: processID)).killAll()
    }

    /// The last lines that were written after `start`.
    private static func tail(of path: String, after start: UInt64) throws -> String {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { handle.closeFile() }
        let end = try handle.seekToEnd()
        let count = min(end - min(start, end), UInt64(tailByteCount))
        try handle.seek(toOffset: end - count)
        let text = String(decoding: try handle.read(upToCount: Int(count)) ?? Data(), as: UTF8.self)
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
