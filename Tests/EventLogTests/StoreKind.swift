import EventLog
import TestSupport
import Testing
import Tracking

/// The stores that keep the contract.
enum StoreKind: CaseIterable, Sendable, CustomTestStringConvertible {
    case memory
    /// With positions that are not dense, as another system's may be.
    case memoryWithGaps
    case lmdb
    /// With an index that is written after every third append.
    case lmdbWithSmallIndex

    var testDescription: String {
        switch self {
        case .memory: "in memory"
        case .memoryWithGaps: "in memory, with gaps"
        case .lmdb: "LMDB"
        case .lmdbWithSmallIndex: "LMDB with a small index"
        }
    }

    /// A new store whose `recordedAt` comes from `clock`; one on disk lies in a fresh folder.
    func makeStore(
        clock: @escaping @Sendable () -> Timestamp = EventLogOptions.systemClock
    ) throws -> any EventStore {
        switch self {
        case .memory: return InMemoryEventStore(clock: clock)
        case .memoryWithGaps: return InMemoryEventStore(clock: clock, positionStep: 7)
        case .lmdb, .lmdbWithSmallIndex:
            let folder = try TemporaryDirectory()
            var options = EventLogOptions.forTests
            // The folder lives as long as the store.
            options.clock = { withExtendedLifetime(folder) { clock() } }
            if self == .lmdbWithSmallIndex { options.bounds.indexCount = 3 }
            return try LMDBEventStore(in: DataDirectory(path: folder.path, address: "a test"), options: options)
        }
    }
}
