import Reactors
import Synchronization
import Tracking

/// Everything around a simulated server: it lives on when the server is killed, and asks again what was not answered.
final class Outside: Sendable {
    /// The time that a trainer asks a lease for.
    static let leaseSeconds: UInt32 = 10
    /// The most times that a call is sent.
    private static let maximumTries = 2000

    private struct TrainerState {
        var task: Task<Void, Never>?
        var session: Session.ID
        var exit: TrainerExit.Reason?
        var waiter: CheckedContinuation<TrainerExit.Reason?, Never>?
    }

    private struct State {
        var life: ServerLife?
        var isCalm = false
        var clientCount = 0
        var isSettled = false
        var lastProcessID: UInt32 = 100
        var trainers: [UInt32: TrainerState] = [:]
        /// In the order of their creation.
        var sessions: [(id: Session.ID, kind: TrainerKind)] = []
        var checkpoints: [Checkpoint.ID] = []
        var webhooks: [Webhook.ID] = []
    }

    let world: World
    let receiver: Receiver
    private let state = Mutex(State())

    init(_ world: World) {
        self.world = world
        receiver = Receiver(world.chance, world.trace)
    }

    /// The server, while one lives.
    var life: ServerLife? {
        get { state.withLock { $0.life } }
        set { state.withLock { $0.life = newValue } }
    }

    /// True once nothing fails any more and nothing new begins.
    var isCalm: Bool { state.withLock { $0.isCalm } }
    /// The number of clients that still act.
    var clientCount: Int {
        get { state.withLock { $0.clientCount } }
        set { state.withLock { $0.clientCount = newValue } }
    }

    /// True once everything that was begun has ended.
    var isSettled: Bool {
        get { state.withLock { $0.isSettled } }
        set { state.withLock { $0.isSettled = newValue } }
    }

    var sessions: [(id: Session.ID, kind: TrainerKind)] { state.withLock { $0.sessions } }
    var checkpoints: [Checkpoint.ID] { state.withLock { $0.checkpoints } }
    var webhooks: [Webhook.ID] { state.withLock { $0.webhooks } }

    func add(_ session: Session.ID, _ kind: TrainerKind) { state.withLock { $0.sessions.append((session, kind)) } }
    func add(_ checkpoint: Checkpoint.ID) { state.withLock { $0.checkpoints.append(checkpoint) } }
    func add(_ webhook: Webhook.ID) { state.withLock { $0.webhooks.append(webhook) } }

    func calmDown() {
        state.withLock { $0.isCalm = true }
        receiver.calmDown()
    }

    /// Asks the server, again and again until it answers.
    ///
    /// Now and then an answer is lost on its way, so that what was done is asked for once more.
    /// - Throws: `CallError.refused`, and `CancellationError` when the caller was killed.
    func call<Value: Sendable>(
        _ name: String, _ body: (ServerLife) async throws -> Value
    ) async throws -> Value {
        for _ in 0..<Self.maximumTries {
            try Task.checkCancellation()
            if let life, life.isAlive, let value = try await ask(life, name, body) { return value }
            try await world.loop.sleep(for: world.chance.milliseconds(100...1500))
        }
        world.trace.find("nobody answers: \(name)")
        throw CancellationError()
    }

    /// The answer; nil when there is none, or when it was lost.
    private func ask<Value: Sendable>(
        _ life: ServerLife, _ name: String, _ body: (ServerLife) async throws -> Value
    ) async throws -> Value? {
        do {
            let value = try await body(life)
            guard life.isAlive else { return nil }
            if !isCalm, world.chance.once(in: 20) {
                world.trace.note("lost the answer to: \(name)")
                return nil
            }
            world.trace.note(name)
            return value
        } catch {
            try Task.checkCancellation()
            guard life.isAlive else { return nil }
            let meaning = CallError(error)
            switch meaning {
            case .again: return nil
            case .refused(let reason):
                world.trace.note("\(name): refused: \(reason)")
                throw meaning
            case .wrong(let details):
                world.trace.find("\(name): \(details)")
                throw meaning
            }
        }
    }

    // MARK: Trainers

    /// Starts a trainer; returns the number of its process.
    func startTrainer(of session: Session.ID) -> UInt32 {
        let processID = state.withLock { state in
            state.lastProcessID += 1
            state.trainers[state.lastProcessID] = TrainerState(session: session)
            return state.lastProcessID
        }
        let trainer = ScriptedTrainer(outside: self, session: session, processID: processID)
        let task = Task(executorPreference: world.loop) {
            let reason = await trainer.run()
            self.end(processID, reason)
        }
        state.withLock { $0.trainers[processID]?.task = task }
        return processID
    }

    /// True while a trainer of `session` lives.
    func isTraining(_ session: Session.ID) -> Bool {
        state.withLock { $0.trainers.values.contains { $0.session == session && $0.exit == nil } }
    }

    /// Returns how the process ended, once it has; nil when the task is cancelled.
    func exit(of processID: UInt32) async -> TrainerExit.Reason? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: TrainerExit.Reason?? = state.withLock { state in
                    if let reason = state.trainers[processID]?.exit { return .some(reason) }
                    if Task.isCancelled { return .some(nil) }
                    state.trainers[processID]?.waiter = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            takeWaiter(of: processID)?.resume(returning: nil)
        }
    }

    /// Ends the process without a word to it.
    func kill(_ processID: UInt32) {
        let task = state.withLock { $0.trainers[processID]?.task }
        end(processID, .signal(9))
        task?.cancel()
    }

    /// Ends all processes.
    func killAll() {
        for processID in state.withLock({ $0.trainers.keys.sorted() }) { kill(processID) }
    }

    private func end(_ processID: UInt32, _ reason: TrainerExit.Reason) {
        let isFirst = state.withLock { state in
            guard state.trainers[processID]?.exit == nil else { return false }
            state.trainers[processID]?.exit = reason
            return true
        }
        guard isFirst else { return }
        world.trace.note("process \(processID) ended: \(reason)")
        takeWaiter(of: processID)?.resume(returning: reason)
    }

    private func takeWaiter(of processID: UInt32) -> CheckedContinuation<TrainerExit.Reason?, Never>? {
        state.withLock { state in
            defer { state.trainers[processID]?.waiter = nil }
            return state.trainers[processID]?.waiter
        }
    }
}
