import EventLog
import Foundation
import Processes
import Reactors
import Tracking

/// Starts trainers as processes of this executable: `pivot train-worker <session>`.
///
/// A trainer has a process group of its own and outlives the server; it comes back when the server does.
struct TrainerLaunching: TrainerProcesses {
    /// How much of a trainer's standard error is told when it is lost, in bytes.
    private static let tailByteCount = 2000

    let executable: String
    /// Where the trainers reach this server; known once it listens.
    let url: @Sendable () async -> String
    let outputFolder: String
    let niceness: Int
    /// How long this server waits for a trainer that says nothing.
    let leaseDuration: Duration
    /// What sessions of kind `command` may start.
    let allowedCommands: AllowedCommands
    let isEnabled: Bool

    func launches(kind: String) -> Bool { isEnabled && ["unet3d", "synthetic", "command"].contains(kind) }

    func run(
        _ session: Session.ID, kind: String, started: @Sendable (UInt32) -> Void
    ) async throws(LaunchError) -> TrainerExit? {
        let url = await self.url()
        if Task.isCancelled || url.isEmpty { return nil }
        let output = outputFolder + "/\(session).log"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = [
            "train-worker", session.text, "--url", url, "--nice", String(niceness), "--lease-seconds",
            String(max(1, leaseDuration.components.seconds)),
        ]
        if kind == "command" {
            // The supervisor asks the list once more, right before it starts the program.
            process.arguments? += ["--folder", outputFolder + "/\(session)"]
            process.arguments? += allowedCommands.paths.flatMap { ["--allow-command", $0] }
        }
        process.standardInput = FileHandle.nullDevice
        do {
            try FileManager.default.createDirectory(atPath: outputFolder, withIntermediateDirectories: true)
            if !FileManager.default.fileExists(atPath: output) {
                _ = FileManager.default.createFile(atPath: output, contents: nil)
            }
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
            let start = try handle.seekToEnd()
            process.standardOutput = handle
            process.standardError = handle
            let exit = AsyncStream<Void>.makeStream()
            process.terminationHandler = { _ in exit.continuation.finish() }
            try process.run()
            try handle.close()
            started(UInt32(process.processIdentifier))
            for await _ in exit.stream {}
            if process.isRunning { return nil }
            if kind == "command" {
                // A supervisor that was killed has left its program's processes to whoever finds them.
                ProcessMark(session: session.text, supervisor: process.processIdentifier).killAll()
            }
            return TrainerExit(
                processID: UInt32(process.processIdentifier),
                reason: process.terminationReason == .uncaughtSignal
                    ? .signal(process.terminationStatus) : .exit(code: process.terminationStatus),
                lastLines: try Self.tail(of: output, after: start))
        } catch {
            throw LaunchError("the trainer could not be started: \(error.localizedDescription)")
        }
    }

    func end(processID: UInt32) {
        // Fails only for a process that has ended, which is what is wanted.
        _ = kill(pid_t(processID), SIGKILL)
    }

    func endLeftovers(of session: Session.ID, processID: UInt32) {
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
