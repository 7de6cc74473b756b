import EventLog
import TestSupport
import Tracking

/// A store in a fresh folder, with a clock that the test moves.
struct TestStore {
    let store: any EventStore
    let clock: TestClock

    init(_ kind: StoreKind) throws {
        let clock = TestClock()
        self.clock = clock
        switch kind {
        case .memory:
            store = InMemoryEventStore(clock: { clock.now })
        case .lmdb, .lmdbWithSmallIndex:
            let folder = try TemporaryDirectory()
            var options = EventLogOptions()
            // The folder lives as long as the store.
            options.clock = { withExtendedLifetime(folder) { clock.now } }
            if kind == .lmdbWithSmallIndex { options.bounds.indexCount = 3 }
            store = try LMDBEventStore(in: DataDirectory(path: folder.path, address: "a test"), options: options)
        }
    }

    func close() async {
        switch store {
        case let store as LMDBEventStore: await store.close()
        case let store as InMemoryEventStore: await store.close()
        default: break
        }
    }
}
