import Application
import EventLog
import Tracking

/// Drives a reactor event by event, as its service would, with the work that it begins.
struct ReactorDriver {
    private let reactor: any Reactor
    private let store: any EventStore
    private let work: ReactorWork
    private var position: LogPosition

    /// Calls `body` with a reactor that has begun, and returns when the work that it began has ended.
    static func run(
        _ reactor: any Reactor, _ store: any EventStore,
        _ body: @escaping @Sendable (inout ReactorDriver) async throws -> Void
    ) async throws {
        let (bodies, continuation) = AsyncStream<@Sendable () async -> Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { workers in
                    for await body in bodies { workers.addTask { await body() } }
                }
            }
            let work = ReactorWork { continuation.yield($0) }
            defer { continuation.finish() }
            var driver = ReactorDriver(
                reactor: reactor, store: store, work: work, position: try await reactor.begin(work))
            try await body(&driver)
        }
    }

    /// Lets the reactor react to everything that the log has and that it has not seen.
    mutating func catchUp() async throws {
        guard let interest = reactor.interest else { return }
        while true {
            let batch = try await store.events(after: position, limit: .standard, matching: interest)
            for event in reactor.wanted(of: batch.events) { try await reactor.react(to: event, work) }
            position = batch.through
            if position >= store.head { return }
        }
    }

    func tick() async throws { try await reactor.tick() }
}
