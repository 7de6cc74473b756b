import EventLog
import Synchronization
import Tracking

/// What was asked of the log of a simulation and what was acknowledged, which no crash may change.
final class Ledger: Sendable {
    struct Key: Hashable, Sendable {
        var stream: StreamID
        var command: CommandID
    }

    /// A command that was sent at least once.
    struct Command: Sendable {
        var key: Key
        /// What it may have appended: it may have been decided anew after a crash.
        var requests: [AppendRequest]
        /// Nil when nobody was told that it is on disk.
        var result: AppendResult?
    }

    private struct Holder: Hashable {
        var session: Session.ID
        var attempt: UInt32
    }

    private struct State {
        var commands: [Command] = []
        var places: [Key: Int] = [:]
        /// When each attempt's lease began anew at the earliest, the last time.
        var renewals: [Holder: Duration] = [:]
        /// The same as of the last look at what has run out.
        var renewalsOfTick: [Holder: Duration] = [:]
    }

    private let state = Mutex(State())
    private let loop: SimulationLoop
    private let trace: Trace

    init(_ loop: SimulationLoop, _ trace: Trace) {
        self.loop = loop
        self.trace = trace
    }

    /// All commands, in the order in which they were sent first.
    var commands: [Command] { state.withLock { $0.commands } }

    /// Somebody asks for an append.
    func ask(_ request: AppendRequest) {
        guard !request.events.isEmpty else { return }
        let key = Key(stream: request.stream, command: request.commandID)
        if state.withLock({ $0.places[key] == nil }) { checkLoss(request) }
        state.withLock { state in
            guard let place = state.places[key] else {
                state.places[key] = state.commands.count
                return state.commands.append(Command(key: key, requests: [request]))
            }
            state.commands[place].requests.append(request)
        }
    }

    /// Somebody was told that the append is on disk.
    func acknowledge(_ request: AppendRequest, _ result: AppendResult) {
        guard !request.events.isEmpty else { return }
        let key = Key(stream: request.stream, command: request.commandID)
        let earlier = state.withLock { state -> AppendResult? in
            guard let place = state.places[key] else { return nil }
            defer { if state.commands[place].result == nil { state.commands[place].result = result } }
            return state.commands[place].result
        }
        guard let earlier, earlier.first != result.first || earlier.last != result.last else { return }
        trace.find("\(request.commandID) was acknowledged at \(earlier.first), and then at \(result.first)")
    }

    /// An append that was acknowledged, and its answer; nil when there is none yet.
    func acknowledged(_ chance: Chance) -> (request: AppendRequest, result: AppendResult)? {
        let commands = state.withLock { state in state.commands.filter { $0.result != nil && $0.requests.count == 1 } }
        guard let command = chance.element(of: commands), let result = command.result else { return nil }
        return (command.requests[0], result)
    }

    // MARK: Leases

    /// The attempt's lease began anew at `time` or later.
    func renew(_ session: Session.ID, attempt: UInt32, at time: Duration) {
        let holder = Holder(session: session, attempt: attempt)
        state.withLock { $0.renewals[holder] = max($0.renewals[holder] ?? .zero, time) }
    }

    /// The server is about to look at what has run out.
    func beginTick() {
        state.withLock { $0.renewalsOfTick = $0.renewals }
    }

    /// An attempt may be declared lost by the watch only when it renewed its lease too long ago.
    private func checkLoss(_ request: AppendRequest) {
        guard request.actor == "lease-watch", let session = Session.ID(request.stream.identity),
            let event = request.events.first
        else { return }
        do {
            guard case .attemptLost(let lost) = try SessionEvent(type: event.type, payload: event.payload) else {
                return
            }
            let renewed = state.withLock { $0.renewalsOfTick[Holder(session: session, attempt: lost.attempt)] }
            guard let renewed else { return }
            let age = loop.elapsed - renewed
            if age < .seconds(Int64(Outside.leaseSeconds)) {
                trace.find("attempt \(lost.attempt) of \(session) was declared lost \(age) after it renewed its lease")
            }
        } catch {
            trace.find("an event that was asked for cannot be read: \(error)")
        }
    }
}
