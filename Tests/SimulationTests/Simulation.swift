import EventLog
import Foundation
import Tracking

/// A server and everything around it, driven on one thread in an order that a seed decides: two clients, the trainers of
/// their sessions, receivers of webhooks, and crashes, losses of power, full disks and jumps of the clock among them.
///
/// The same seed gives the same history. After every start of the server, and at the end, everything that was promised is
/// checked; the first that does not hold ends the simulation.
struct Simulation {
    /// The outcome of a simulation.
    struct Report: Sendable {
        var seed: UInt64
        var bug: PlantedBug?
        /// The faults that were found; empty when there were none.
        var findings: [String]
        /// The last steps.
        var lastSteps: [String]
        /// The digest of all steps and of the log.
        var digest: Digest
        var eventCount: Int
        var crashCount: Int
    }

    /// The most turns of a simulation.
    private static let maximumTurns = 2_000_000
    /// The steps that a report shows.
    private static let shownSteps = 30
    private static let stackByteCount = 8 << 20

    private let seed: UInt64
    private let world: World
    private let outside: Outside
    private var events: [RecordedEvent] = []
    private var crashCount = 0
    private var server: Task<Void, Never>?

    /// Runs the simulation of `seed` on a thread of its own.
    static func run(seed: UInt64, planted bug: PlantedBug? = nil) async throws -> Report {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    with: Result {
                        var simulation = try Simulation(seed: seed, planted: bug)
                        return try simulation.run()
                    })
            }
            thread.name = "simulation"
            thread.stackSize = stackByteCount
            thread.start()
        }
    }

    private init(seed: UInt64, planted bug: PlantedBug?) throws {
        self.seed = seed
        world = try World(seed: seed, planted: bug)
        outside = Outside(world)
    }

    private mutating func run() throws -> Report {
        try start()
        let outside = outside
        let around = [
            Task(executorPreference: world.loop) { await ScriptedClient(outside: outside, number: 1).run() },
            Task(executorPreference: world.loop) { await ScriptedClient(outside: outside, number: 2).run() },
            Task(executorPreference: world.loop) { await Chaos(outside: outside).run() },
        ]
        try drive()
        if world.trace.findings.isEmpty { try examineEnd() }
        for task in around { task.cancel() }
        outside.killAll()
        try stop()
        drain()
        if world.loop.strayCount > 0 { world.trace.find("another thread took part, so that the seed does not decide") }
        return report()
    }

    private func report() -> Report {
        var history = Array(world.trace.digest.description.utf8)
        for event in events {
            history += Array("\(event.position) \(event.stream) \(event.type) \(event.recordedAt)\n".utf8)
            history += event.payload
        }
        return Report(
            seed: seed, bug: world.bug, findings: world.trace.findings, lastSteps: world.trace.last(Self.shownSteps),
            digest: Digest(hashing: history), eventCount: events.count, crashCount: crashCount)
    }

    /// Lets everything go on until all has come to rest, or something is wrong.
    private mutating func drive() throws {
        let chance = world.chance
        for _ in 0..<Self.maximumTurns {
            if !world.trace.findings.isEmpty || outside.isSettled { return }
            if world.machine.hasCrashed {
                try restart()
                continue
            }
            let ready = world.loop.readyCount
            let hasWaiting = outside.life?.store.hasWaiting ?? false
            if hasWaiting, chance.below(ready + 1) == 0 {
                try outside.life?.step()
            } else if ready > 0 {
                _ = world.loop.runOne { chance.below($0) }
            } else if !world.loop.passTime() {
                return world.trace.find("nothing can go on")
            }
        }
        world.trace.find("it does not come to rest")
    }

    /// Starts a server on what the disks hold, and examines that.
    private mutating func start() throws {
        let life: ServerLife
        do {
            life = try ServerLife(world, outside)
        } catch {
            return world.trace.find("the server does not start: \(error)")
        }
        outside.life = life
        try examine(life)
        world.trace.note("the server has started at position \(life.store.head)")
        server = Task(executorPreference: world.loop) { await life.run() }
    }

    /// The server was killed: nothing of it goes on, and another one starts.
    private mutating func restart() throws {
        crashCount += 1
        world.trace.note("the server is gone")
        try world.machine.keepCrash()
        try stop()
        let forgetsReadModels = world.chance.once(in: 5)
        if forgetsReadModels { world.trace.note("the read models are deleted") }
        try world.machine.recover(forgetsReadModels: forgetsReadModels)
        if world.trace.findings.isEmpty { try start() }
    }

    /// Ends all that goes on in the server, without a chance to do anything.
    private func stop() throws {
        guard let life = outside.life else { return }
        life.store.kill()
        outside.life = nil
        server?.cancel()
        // Whoever waits for an append is told nothing that holds any more.
        life.close()
        while server != nil, !life.isOver {
            guard world.loop.runOne({ _ in 0 }) else {
                world.trace.find("something of the dead server waits for ever")
                break
            }
        }
        life.unlock()
    }

    /// Lets what can go on do so, in no time.
    private func drain() {
        while world.loop.runOne({ _ in 0 }) {}
    }

    private mutating func examine(_ life: ServerLife) throws {
        let examination = Examination(
            log: life.store.log, readModels: life.readModels, blobs: life.blobs, ledger: world.ledger,
            scratch: world.machine.scratch("rebuilt"))
        let result = try world.loop.finish { () async -> Result<([RecordedEvent], [String]), any Error> in
            do { return .success(try await examination.run()) } catch { return .failure(error) }
        }.get()
        for finding in result.1 { world.trace.find(finding) }
        for (earlier, event) in zip(events, result.0) where !earlier.isSame(as: event) {
            world.trace.find("the event at \(event.position) is not the one that was there before")
            break
        }
        if result.0.count < events.count {
            world.trace.find("the log ends at \(result.0.count), and was at \(events.count) before")
        }
        events = result.0
    }

    private mutating func examineEnd() throws {
        guard let life = outside.life else { return }
        try examine(life)
        let check = DeliveryCheck(receiver: outside.receiver, webhooks: outside.webhooks)
        for finding in try check.findings(in: events) { world.trace.find(finding) }
    }
}

extension RecordedEvent {
    /// True when it is the same event, redacted since perhaps.
    fileprivate func isSame(as later: RecordedEvent) -> Bool {
        (id, stream, version, type, recordedAt) == (later.id, later.stream, later.version, later.type, later.recordedAt)
            && payloadDigest == later.payloadDigest && (later.redactedBy != nil || payload == later.payload)
    }
}
