import EventLog
import StoreTesting
import Testing
import Tracking

/// Our stores keep the contract of every event store.
@Suite struct EventStoreContractTests {
    @Test(
        "every event store keeps the contract", .timeLimit(.minutes(5)), arguments: EventStoreContract.Clause.all,
        StoreKind.allCases)
    func contract(clause: EventStoreContract.Clause, kind: StoreKind) async throws {
        try await EventStoreContract(isDense: kind != .memoryWithGaps) { try kind.makeStore(clock: $0) }.check(clause)
    }

    @Test("the double fails the next append as it is told, and only that one")
    func toldToFail() async throws {
        let store = InMemoryEventStore()
        let session = StreamID(.session, "sess_1")
        store.failNextAppend(with: .noRoom(details: "a test"))
        await #expect(throws: AppendError.noRoom(details: "a test")) {
            try await store.append(.of(["a"], to: session, as: "one"))
        }
        #expect(try await store.append(.of(["a"], to: session, as: "one")).first == LogPosition(1))
    }
}
