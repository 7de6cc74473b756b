import Application
import EventLog
import Tracking

/// Drives a reactor as its service does, in the time of the simulation.
struct ReactorStrand: Sendable {
    private static let pause = Duration.milliseconds(500)
    private static let maximumTries = 120

    let reactor: any Reactor
    let store: SimulatedStore
    let world: World

    /// Returns when the server was killed or the task is cancelled.
    func run() async {
        do {
            try await follow()
        } catch is CancellationError {
            // The server was killed.
        } catch {
            if store.isAlive { world.trace.find("the reactor \(reactor.name) ended: \(error)") }
        }
    }

    private func follow() async throws {
        let (bodies, continuation) = AsyncStream<@Sendable () async -> Void>.makeStream()
        let work = ReactorWork { continuation.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { workers in
                    for await body in bodies { workers.addTask { await body() } }
                }
            }
            if let interval = reactor.interval { group.addTask { try await tick(every: interval) } }
            if let interest = reactor.interest {
                group.addTask {
                    defer { continuation.finish() }
                    var subscription = Subscription(store, after: try await reactor.begin(work), matching: interest)
                    while let events = try await subscription.next() {
                        for event in reactor.wanted(of: events) { try await react(to: event, work) }
                    }
                }
            } else {
                continuation.finish()
            }
            do {
                while try await group.next() != nil {}
            } catch {
                continuation.finish()
                group.cancelAll()
                throw error
            }
        }
    }

    private func react(to event: RecordedEvent, _ work: ReactorWork) async throws {
        var tries = 0
        while true {
            do {
                return try await reactor.react(to: event, work)
            } catch {
                guard store.isAlive, !Task.isCancelled else { throw CancellationError() }
                tries += 1
                guard tries < Self.maximumTries else {
                    return world.trace.find(
                        "\(reactor.name) cannot react to \(event.type) at \(event.position): \(error)")
                }
                try await world.loop.sleep(for: Self.pause)
            }
        }
    }

    private func tick(every interval: Duration) async throws {
        while true {
            try await world.loop.sleep(for: interval)
            do {
                world.ledger.beginTick()
                try await reactor.tick()
            } catch {
                // Periodic work that fails is tried again; what never succeeds is found at the end.
                guard store.isAlive, !Task.isCancelled else { throw CancellationError() }
            }
        }
    }
}
