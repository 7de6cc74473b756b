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
    /// Whose database follows far behind the journal.
    case lmdbWithLazyFlush
    case lmdbWithoutJournal

    var testDescription: String {
        switch self {
        case .memory: "in memory"
        case .memoryWithGaps: "in memory, with gaps"
        case .lmdb: "LMDB"
        case .lmdbWithSmallIndex: "LMDB with a small index"
        case .lmdbWithLazyFlush: "LMDB that flushes late"
        case .lmdbWithoutJournal: "LMDB without a journal"
        }
    }

    /// A new store whose `recordedAt` comes from `clock`; one on disk lies in a fresh folder.
    func makeStore(
        clock: @escaping @Sendable () -> Timestamp = EventLogOptions.systemClock
    ) throws -> any EventStore {
        switch self {
        case .memory: return InMemoryEventStore(clock: clock)
        case .memoryWithGaps: return InMemoryEventStore(clock: clock, positionStep: 7)
        case .lmdb, .lmdbWithSmallIndex, .lmdbWithLazyFlush, .lmdbWithoutJournal:
            let folder = try TemporaryDirectory()
            var options = EventLogOptions.forTests
            // The folder lives as long as the store.
            options.clock = { withExtendedLifetime(folder) { clock() } }
            switch self {
            case .lmdbWithSmallIndex:
                options.bounds.indexCount = 3
                options.bounds.unflushedCount = 2
            case .lmdbWithLazyFlush: options.bounds.unflushedDuration = .seconds(3600)
            case .lmdbWithoutJournal: options.bounds.journalByteCount = 0
            default: break
            }
            return try LMDBEventStore(in: DataDirectory(path: folder.path, address: "a test"), options: options)
        }
    }
}
