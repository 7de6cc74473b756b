package import EventLog
package import Logging
import ServiceLifecycle
import Tracking

/// Runs a reactor until the server shuts down.
package struct ReactorService: Service {
    private static let pause = Duration.milliseconds(500)
    /// A minute of trying; what failed for longer is left to the next start of the server.
    private static let maximumTries = 120

    private let reactor: any Reactor
    private let store: any EventStore
    private let logger: Logger

    package init(_ reactor: any Reactor, store: any EventStore, logger: Logger) {
        self.reactor = reactor
        self.store = store
        self.logger = logger
    }

    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await follow(reactor) }
        } catch is CancellationError {
            // The server shuts down.
        } catch let error as StorageError where error.code == .cancelled || error.code == .closed {
            // The server shuts down.
        }
    }

    private func follow(_ reactor: some Reactor) async throws {
        let (bodies, continuation) = AsyncStream<@Sendable () async -> Void>.makeStream()
        let work = ReactorWork { continuation.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { workers in
                    for await body in bodies { workers.addTask { await body() } }
                }
            }
            if let interval = reactor.interval {
                group.addTask { try await tick(reactor, every: interval) }
            }
            if let interest = reactor.interest {
                group.addTask {
                    defer { continuation.finish() }
                    var subscription = Subscription(store, after: try await reactor.begin(work), matching: interest)
                    while let events = try await subscription.next() {
                        for event in reactor.wanted(of: events) { try await react(reactor, event, work) }
                    }
                }
            } else {
                continuation.finish()
            }
            // What fails first ends the rest.
            do {
                while try await group.next() != nil {}
            } catch {
                continuation.finish()
                group.cancelAll()
                throw error
            }
        }
    }

    private func react(_ reactor: some Reactor, _ event: RecordedEvent, _ work: ReactorWork) async throws {
        for _ in 0..<Self.maximumTries {
            do {
                return try await reactor.react(to: event, work)
            } catch let error as CancellationError {
                throw error
            } catch let error as StorageError where error.code == .cancelled || error.code == .closed {
                throw error
            } catch {
                logger.warning(
                    "An event could not be handled; trying again.",
                    metadata: [
                        "reactor": "\(reactor.name)", "position": "\(event.position)", "error": "\(error)",
                    ])
                try await Task.sleep(for: Self.pause)
            }
        }
        logger.error(
            "An event was not handled; it will be tried again when the server is restarted.",
            metadata: ["reactor": "\(reactor.name)", "position": "\(event.position)"])
    }

    private func tick(_ reactor: some Reactor, every interval: Duration) async throws {
        while true {
            try await Task.sleep(for: interval)
            do {
                try await reactor.tick()
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.warning(
                    "Periodic work failed; trying again later.",
                    metadata: ["reactor": "\(reactor.name)", "error": "\(error)"])
            }
        }
    }
}
