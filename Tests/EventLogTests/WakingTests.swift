import EventLog
import StoreTesting
import TestSupport
import Testing
import Tracking

/// Who is woken by what. The contract allows to wake somebody for nothing; our stores do it only when they have forgotten.
@Suite struct WakingTests {
    let session = StreamID(.session, "sess_1")

    @Test("appends that nobody wants wake nobody", arguments: StoreKind.allCases)
    func others(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let filters: [EventFilter] = [
            .streams([session]), .streams([session, StreamID(.alert, "a")]), .categories([.session]),
        ]
        let waiting = filters.map { filter in
            Task { try await store.waitForEvents(after: .start, matching: filter) }
        }
        for index in 0..<300 {
            _ = try await store.append(.of(["x"], to: StreamID(.telemetry, "\(index)"), as: "filler"))
        }
        let wanted = try await store.append(.of(["a"], to: session, as: "one")).last
        for task in waiting { #expect(try await task.value >= wanted) }
    }

    @Test("a wait for a position that is still to come ends once the head has passed it", arguments: StoreKind.allCases)
    func early(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let waiting = [7, 3, 5].map { position in
            (position, Task { try await store.waitForEvents(after: LogPosition(position), matching: .all) })
        }
        let cancelled = Task { try await store.waitForEvents(after: LogPosition(4), matching: .all) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        for index in 0..<10 { _ = try await store.append(.of(["x"], to: session, as: "\(index)")) }
        for (position, task) in waiting { #expect(try await task.value > LogPosition(position)) }
    }

    @Test("who begins to wait after thousands of other streams is told at once, and waits when it has read")
    func forgotten() async throws {
        let store = InMemoryEventStore()
        _ = try await store.append(.of(["a"], to: session, as: "one"))
        for index in 0..<5000 {
            _ = try await store.append(.of(["x"], to: StreamID(.telemetry, "\(index)"), as: "filler"))
        }
        let first = LogPosition(1)
        #expect(try await store.waitForEvents(after: .start, matching: .streams([session])) == store.head)
        // There is none after the first; but that is forgotten.
        #expect(try await store.waitForEvents(after: first, matching: .streams([session])) == store.head)
        let head = store.head
        let waiting = Task { try await store.waitForEvents(after: head, matching: .streams([session])) }
        _ = try await store.append(.of(["x"], to: StreamID(.telemetry, "0"), as: "another"))
        let wanted = try await store.append(.of(["b"], to: session, as: "two")).last
        #expect(try await waiting.value >= wanted)
    }
}
