import EventLog
import Foundation
import Synchronization
import Testing
import Tracking

/// The stores that keep the contract.
enum StoreKind: CaseIterable, Sendable, CustomTestStringConvertible {
    case memory
    case lmdb
    /// With an index that is written after every third append.
    case lmdbWithSmallIndex

    var testDescription: String {
        switch self {
        case .memory: "in memory"
        case .lmdb: "LMDB"
        case .lmdbWithSmallIndex: "LMDB with a small index"
        }
    }
}

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
            let folder = try TemporaryFolder()
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

/// A clock that stands still until it is set.
final class TestClock: Sendable {
    private let time = Atomic<Int64>(1_000_000)

    var now: Timestamp {
        get { Timestamp(rawValue: time.load(ordering: .sequentiallyConsistent)) }
        set { time.store(newValue.rawValue, ordering: .sequentiallyConsistent) }
    }
}

/// A fresh folder that is deleted with everything in it when the last reference to it goes.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("event-log-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) was not deleted: \(error)") }
    }
}

/// A small generator whose seed is the test's argument (Steele, Lea, Flood, *Fast splittable pseudorandom number
/// generators*).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension AppendRequest {
    /// A request whose payloads are the given texts and whose digest is that of the texts.
    static func of(
        _ texts: [String], to stream: StreamID, as command: String, expecting: ExpectedVersion = .any
    ) -> AppendRequest {
        AppendRequest(
            stream: stream, events: texts.map { NewEvent(type: "noted", payload: Array($0.utf8)) },
            expecting: expecting, commandID: CommandID(command)!,
            commandDigest: Digest(hashing: Array(texts.joined(separator: "\n").utf8)), actor: "api")
    }
}

extension RecordedEvent {
    /// The payload as text.
    var text: String { String(decoding: payload, as: UTF8.self) }
}
