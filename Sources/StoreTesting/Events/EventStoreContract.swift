package import EventLog
import TestSupport
import Testing
package import Tracking

/// The contract of every event store, clause by clause: a store that keeps it can stand behind the server.
///
/// The test of a store names the clauses as its arguments, so that each is a case of its own:
///
/// ```swift
/// @Test("the store keeps the contract", arguments: EventStoreContract.Clause.all)
/// func contract(clause: EventStoreContract.Clause) async throws {
///     try await EventStoreContract { clock in MyStore(clock: clock) }.check(clause)
/// }
/// ```
package struct EventStoreContract: Sendable {
    /// Makes a new, empty store whose `recordedAt` comes from the given clock.
    package typealias Maker = @Sendable (_ clock: @escaping @Sendable () -> Timestamp) async throws -> any EventStore

    /// One thing that a store does, told as a sentence.
    package struct Clause: Sendable, CustomTestStringConvertible {
        package let testDescription: String
        let check: @Sendable (EventStoreContract) async throws -> Void

        init(_ description: String, check: @escaping @Sendable (EventStoreContract) async throws -> Void) {
            testDescription = description
            self.check = check
        }

        /// A clause for each of the seeds up to `seedCount`.
        static func seeded(
            _ description: String, _ seedCount: UInt64,
            check: @escaping @Sendable (EventStoreContract, _ seed: UInt64) async throws -> Void
        ) -> [Clause] {
            (0..<seedCount).map { seed in Clause("\(description), seed \(seed)") { try await check($0, seed) } }
        }
    }

    private let makeStore: Maker
    /// True when the store's positions are 1, 2, 3 and so on, beyond what the contract asks.
    private let isDense: Bool

    let session = StreamID(.session, "sess_1")
    let telemetry = StreamID(.telemetry, "sess_1")
    let other = StreamID(.session, "sess_2")

    /// - Parameter isDense: True when the store promises positions without gaps, so that this is checked too.
    package init(isDense: Bool = true, makeStore: @escaping Maker) {
        self.isDense = isDense
        self.makeStore = makeStore
    }

    /// Makes a store and checks that it keeps `clause`; what it does not keep is recorded as an issue of the test.
    package func check(_ clause: Clause) async throws { try await clause.check(self) }

    /// A new store, and the clock that it was given.
    func store() async throws -> (any EventStore, TestClock) {
        let clock = TestClock(Timestamp(rawValue: 1_000_000))
        return (try await makeStore { clock.now }, clock)
    }

    /// The places of everything that `store` has.
    func places(
        in store: any EventStore, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> EventPlaces {
        let positions = try await store.events(after: .start).events.map(\.position)
        #expect(positions == positions.sorted() && positions.first != .start, sourceLocation: sourceLocation)
        #expect(store.head == positions.last ?? .start, sourceLocation: sourceLocation)
        if isDense, !positions.isEmpty {
            #expect(positions.map(\.rawValue) == Array(1...UInt64(positions.count)), sourceLocation: sourceLocation)
        }
        return EventPlaces(positions)
    }
}
