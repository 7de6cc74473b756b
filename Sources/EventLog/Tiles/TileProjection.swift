package import LMDB
import Synchronization
import Tracking
package import Transparency

/// Keeps the tiles up to the tree of the log: completes them on start, follows the log, and computes all of them again when
/// they do not lead to the tree's root.
package final class TileProjection: Sendable {
    /// The records that are read and hashed at a time.
    static let batchCount = 4096
    /// The records that an answer waits for; with more missing it is refused, with how far the tiles are.
    private static let briefCount: UInt64 = 16 * 4096
    /// The wait for records that only the journal has.
    private static let pause = Duration.milliseconds(500)

    package let tiles: TreeTiles
    private let store: any EventStore
    private let readers: ReaderPool
    private let progress: @Sendable (UInt64, UInt64) -> Void
    /// The size at which the tiles were found to lead to the tree's root.
    private let verifiedSize = Mutex<UInt64?>(nil)
    /// What was found wrong with the log itself; computing its tiles once more would find the same.
    private let damage = Mutex<StorageError?>(nil)

    /// - Parameters:
    ///   - readers: The threads on which tiles are read and written.
    ///   - progress: Told how many of how many records the tiles have, now and then while many are missing.
    package init(
        _ tiles: TreeTiles, of store: any EventStore, readers: ReaderPool,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    ) {
        self.tiles = tiles
        self.store = store
        self.readers = readers
        self.progress = progress
    }

    /// Follows the log until the task is cancelled or the store closes.
    ///
    /// - Throws: What the log or the disk refuses; calling it again goes on.
    package func follow(pause: (Duration) async throws -> Void) async throws {
        while !Task.isCancelled {
            try await catchUp(to: try await store.treeHead(isCurrent: false))
            if store.head.rawValue > tiles.size {
                try await pause(Self.pause)
            } else {
                _ = try await store.waitForEvents(after: LogPosition(tiles.size))
            }
        }
    }

    /// Returns once the tiles have the tree with the head `head`, when that takes no more than a moment.
    ///
    /// - Throws: ``Incomplete``, and what the log or the disk refuses.
    package func ensure(_ head: TreeHead) async throws {
        let size = tiles.size
        guard head.size <= size || head.size - size <= Self.briefCount else {
            throw Incomplete(size: size, end: head.size)
        }
        try await catchUp(to: head)
    }

    /// The tiles do not have the whole tree yet.
    package struct Incomplete: Error, Equatable, Sendable {
        /// The records that they have, and those that the tree has.
        package let size: UInt64
        package let end: UInt64

        package init(size: UInt64, end: UInt64) {
            self.size = size
            self.end = end
        }
    }

    /// Returns what `read` makes of the tiles, on a thread that may wait for the disk. Damaged tiles are computed again.
    package func read<Value: Sendable>(
        _ read: @escaping @Sendable (TreeTiles) throws -> Value
    ) async throws -> Value {
        let tiles = tiles
        do {
            return try await run { try read(tiles) }
        } catch let error as StorageError where error.code == .damaged {
            let size = tiles.size
            try await startAnew()
            throw Incomplete(size: 0, end: size)
        }
    }

    /// Adds what is missing for the tree with the head `head`, and compares the roots.
    ///
    /// - Throws: `damaged` when the headers of the log do not lead to the root of its tree.
    package func catchUp(to head: TreeHead) async throws {
        if let damage = damage.withLock({ $0 }) { throw damage }
        for isFirst in [true, false] {
            do {
                try await extend(to: head.size)
            } catch let error as StorageError where error.code == .damaged && isFirst {
                try await startAnew()
                continue
            }
            guard verifiedSize.withLock({ ($0 ?? 0) < head.size || $0 == nil }) else { return }
            let isRight: Bool
            do {
                isRight = try await run { [tiles] in try tiles.root(ofTreeOf: head.size) == head.root }
            } catch let error as StorageError where error.code == .damaged && isFirst {
                try await startAnew()
                continue
            }
            if isRight { return verifiedSize.withLock { $0 = max($0 ?? 0, head.size) } }
            if isFirst { try await startAnew() }
        }
        let found = StorageError(
            damaged: "The headers of the first \(head.size) records do not lead to the root of the log's tree.")
        damage.withLock { $0 = found }
        throw found
    }

    private func startAnew() async throws {
        verifiedSize.withLock { $0 = nil }
        try await run { [tiles] in try tiles.clear() }
    }

    private func extend(to end: UInt64) async throws {
        let first = tiles.size
        while tiles.size < end {
            let size = tiles.size
            let limit = Int(min(UInt64(Self.batchCount), end - size))
            let headers: [[UInt8]]
            do throws(StorageError) {
                headers = try await store.headers(after: LogPosition(size), limit: limit)
            } catch {
                // Not the tiles are damaged.
                throw error.code == .damaged ? StorageError(.failed, error.message) : error
            }
            guard !headers.isEmpty else {
                throw StorageError(.failed, "The log ends at position \(size), before its tree does.")
            }
            try await run { [tiles] in try tiles.append(headers.map { TreeHash.leaf($0) }, after: size) }
            if end - first > Self.briefCount, tiles.size / 262_144 != size / 262_144 { progress(tiles.size, end) }
        }
    }

    /// Returns what `body` makes of the tiles, on a thread that may wait for the disk.
    private func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let result: Result<Value, any Error>
        do throws(ReaderPool.Refusal) {
            result = try await readers.run { Result { try body() } }
        } catch {
            throw StorageError(error)
        }
        return try result.get()
    }
}
