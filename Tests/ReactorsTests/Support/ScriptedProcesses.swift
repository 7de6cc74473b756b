import Reactors
import Synchronization
import Tracking

/// Trainers that a test starts nothing for, and ends as it likes.
final class ScriptedProcesses: TrainerProcesses {
    let isEnabled: Bool
    private let state = Mutex(State())
    private let starts: AsyncStream<Start>
    private let startContinuation: AsyncStream<Start>.Continuation

    /// A trainer that was started.
    struct Start: Sendable, Equatable {
        var session: Session.ID
        var kind: TrainerKind
        var allowedProgram = ""
        var processID: UInt32
    }

    private struct State {
        var lastProcessID: UInt32 = 100
        var failures: [LaunchError] = []
        var running: [UInt32: CheckedContinuation<TrainerExit?, Never>] = [:]
        var ended: [UInt32] = []
        var leftovers: [UInt32] = []
    }

    init(isEnabled: Bool = true) {
        self.isEnabled = isEnabled
        (starts, startContinuation) = AsyncStream.makeStream()
    }

    /// The next trainer that is started, waiting for it.
    func nextStart() async -> Start? {
        var iterator = starts.makeAsyncIterator()
        return await iterator.next()
    }

    /// The next start fails.
    func failNextStart(_ error: LaunchError) { state.withLock { $0.failures.append(error) } }

    /// Ends a process; with nil, nobody waits for it any more.
    func exit(_ processID: UInt32, _ reason: TrainerExit.Reason?, _ lines: String = "") {
        let continuation = state.withLock { $0.running.removeValue(forKey: processID) }
        continuation?.resume(
            returning: reason.map { TrainerExit(processID: processID, reason: $0, lastLines: lines) })
    }

    /// The processes that the launcher ended, and those whose leftovers it ended.
    var ended: [UInt32] { state.withLock { $0.ended } }
    var leftovers: [UInt32] { state.withLock { $0.leftovers } }
    var runningCount: Int { state.withLock { $0.running.count } }

    func waitUntilReady() async {}

    func run(
        _ session: Session.ID, kind: TrainerKind, allowedProgram: String, started: @Sendable (UInt32) -> Void
    ) async throws(LaunchError) -> TrainerExit? {
        let failure = state.withLock { $0.failures.isEmpty ? nil : $0.failures.removeFirst() }
        if let failure { throw failure }
        let processID = state.withLock { state in
            state.lastProcessID += 1
            return state.lastProcessID
        }
        started(processID)
        return await withCheckedContinuation { continuation in
            state.withLock { $0.running[processID] = continuation }
            startContinuation.yield(
                Start(session: session, kind: kind, allowedProgram: allowedProgram, processID: processID))
        }
    }

    func end(processID: UInt32) {
        state.withLock { $0.ended.append(processID) }
        exit(processID, .signal(9))
    }

    func endLeftovers(of session: Session.ID, processID: UInt32) {
        state.withLock { $0.leftovers.append(processID) }
    }
}
