import API
import ArgumentParser
import Foundation
import Tracking
import TrackingClient

/// Follows a session to its end: shows its progress, obeys Ctrl-C, prints a summary.
struct TrainingFollower: Sendable {
    let client: APIClient
    let sessionID: String
    /// True when the summary is JSON; the progress then goes to standard error.
    let asJSON: Bool
    /// Frames up to this position are known already.
    var position: UInt64?
    /// True when the first Ctrl-C leaves the training to itself instead of stopping it.
    var leavesOnInterrupt = false
    var console = Console.standard

    /// Returns when the session has completed. Throws `ExitCode` when it failed, was stopped, or was left.
    func run() async throws {
        let session = try await client.session(sessionID)
        var progress = TrainingProgress(session: session, leavesOnInterrupt: leavesOnInterrupt)
        let ended = try await follow(session, &progress)
        console.setStatus("")
        let summary = try await TrainingSummary(sessionID: sessionID, client: client)
        if asJSON {
            console.printJSON(summary.json)
        } else {
            console.print("")
            for line in summary.lines(style: console.dim) { console.print(line) }
        }
        switch ended {
        case .completed: return
        case .failed:
            throw CommandFailure(
                .trainingFailed,
                "The training failed: \(DisplayText.sentence(summary.session.message ?? "no reason was given")) "
                    + "See: \(ProgramName.typed) logs \(sessionID)")
        default:
            throw CommandFailure(
                progress.stopWasRequested ? .interrupted : .trainingStopped,
                "The training was stopped. Continue it with: \(ProgramName.typed) sessions resume \(sessionID)")
        }
    }

    /// Returns how the session has ended, without a word about it.
    func followToEnd() async throws -> Session.Status {
        let session = try await client.session(sessionID)
        var progress = TrainingProgress(session: session, leavesOnInterrupt: leavesOnInterrupt)
        let ended = try await follow(session, &progress)
        console.setStatus("")
        return ended
    }

    private func follow(
        _ session: SessionInfo, _ progress: inout TrainingProgress
    ) async throws -> Session.Status {
        let (inputs, continuation) = AsyncStream.makeStream(
            of: TrainingProgress.Input.self, bufferingPolicy: .bufferingNewest(4096))
        let signals = InterruptSignals { continuation.yield(.interrupt) }
        defer { withExtendedLifetime(signals) {} }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await readFeed { continuation.yield($0) } }
            group.addTask { await poll { continuation.yield($0) } }
            defer {
                group.cancelAll()
                continuation.finish()
            }
            for await input in inputs {
                for action in progress.take(input) {
                    if let end = try await perform(action, continuation) { return end }
                }
                console.setStatus(progress.statusLine(width: console.statusWidth))
            }
            throw CommandFailure(.interrupted, "Following \(sessionID) was cancelled.")
        }
    }

    /// Does what the progress asks for; the status the session ended with, when it has.
    private func perform(
        _ action: TrainingProgress.Action, _ inputs: AsyncStream<TrainingProgress.Input>.Continuation
    ) async throws -> Session.Status? {
        switch action {
        case .print(let line): if asJSON { console.printError(line) } else { console.print(line) }
        case .warn(let line): console.printError(line)
        case .alert(let line, let severity): console.alert(line, severity: severity, asError: asJSON)
        case .checkStatus: inputs.yield(.status(try await client.status(sessionID)))
        case .requestStop: _ = try await client.stopSession(sessionID, wait: .zero)
        case .leave:
            console.setStatus("")
            throw ExitCode(CommandStatus.interrupted.rawValue)
        case .finish(let status): return status
        }
        return nil
    }

    private func readFeed(_ give: @Sendable (TrainingProgress.Input) -> Void) async {
        let types = ["epoch_complete", "checkpoint_saved", "status", "log", "alert"]
        let feed = client.feed(session: sessionID, types: types, after: position)
        do throws(ClientError) {
            for try await item in feed {
                switch item {
                case .entry(let frame): give(.frame(frame))
                case .interrupted(let error, _): give(.interrupted(error))
                }
            }
            give(.feedEnded(nil))
        } catch {
            if error.code != .cancelled { give(.feedEnded(error)) }
        }
    }

    /// Asks for the status: often while a status line shows it, else only so that no end is missed.
    private func poll(_ give: @Sendable (TrainingProgress.Input) -> Void) async {
        while !Task.isCancelled {
            do throws(ClientError) {
                try await client.pause(console.showsStatus ? .milliseconds(500) : .seconds(3))
                give(.status(try await client.status(sessionID)))
            } catch {
                if error.code == .cancelled { return }
                if !RetryPolicy.isTransient(error) { give(.interrupted(error)) }
            }
        }
    }
}
