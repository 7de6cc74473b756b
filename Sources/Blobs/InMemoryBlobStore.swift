package import NIOCore
import Synchronization
package import Tracking

/// A blob store in memory: the double for tests of those who use a store.
///
/// It keeps bytes as they are and shares no tensors; pins, times and the sweep are those of every store.
package final class InMemoryBlobStore: BlobStore {
    private let clock: @Sendable () -> Timestamp
    private let state = Mutex(State())

    private struct State {
        var blobs: [Digest: (bytes: ByteBuffer, renewedAt: Timestamp)] = [:]
        var pins = PinTable()
    }

    /// An empty store; `clock` tells the time at which blobs are put and renewed.
    package init(clock: @escaping @Sendable () -> Timestamp) {
        self.clock = clock
    }

    package func put<Source: AsyncSequence>(
        contentsOf source: Source, hint: BlobHint, parent: Digest?
    ) async throws(BlobError) -> StoredBlob where Source.Element == ByteBuffer {
        var bytes = ByteBuffer()
        var iterator = source.makeAsyncIterator()
        while true {
            let next: ByteBuffer?
            do { next = try await iterator.next() } catch { throw .sourceFailed(error) }
            guard let next else { break }
            bytes.writeImmutableBuffer(next)
        }
        let digest = Digest(hashing: bytes.readableBytesView)
        let count = Int64(bytes.readableBytes)
        let moment = clock()
        let (wasPresent, pin) = state.withLock { state in
            let pin = state.pins.newPin()
            let wasPresent = state.blobs.updateValue((bytes, moment), forKey: digest) != nil
            if wasPresent { state.pins.add(digest, to: pin) } else { state.pins.add(new: digest, to: pin) }
            return (wasPresent, pin)
        }
        return StoredBlob(
            digest: digest, byteCount: count, storedByteCount: count, addedByteCount: wasPresent ? 0 : count,
            encoding: .raw, wasPresent: wasPresent, pin: pin)
    }

    package func release(_ pin: BlobPin) async { state.withLock { $0.pins.release(pin) } }

    package func discard(_ pin: BlobPin) async {
        state.withLock { state in
            for digest in state.pins.discardable(of: pin) { state.blobs[digest] = nil }
            state.pins.release(pin)
        }
    }

    package func renew(_ digest: Digest) async throws(BlobError) -> BlobPin? {
        let moment = clock()
        return state.withLock { state in
            guard state.blobs[digest] != nil else { return nil }
            state.blobs[digest]?.renewedAt = moment
            let pin = state.pins.newPin()
            state.pins.add(digest, to: pin)
            return pin
        }
    }

    package func information(about digest: Digest) async throws(BlobError) -> BlobInformation? {
        guard let blob = state.withLock({ $0.blobs[digest] }) else { return nil }
        let count = Int64(blob.bytes.readableBytes)
        return BlobInformation(
            digest: digest, byteCount: count, storedByteCount: count, encoding: .raw, renewedAt: blob.renewedAt)
    }

    package func open(_ digest: Digest) async throws(BlobError) -> BlobReader {
        guard let blob = state.withLock({ $0.blobs[digest] }) else { throw .notFound(digest) }
        return BlobReader(
            digest: digest, byteCount: Int64(blob.bytes.readableBytes), contents: InMemoryContents(bytes: blob.bytes))
    }

    package func verify(_ digest: Digest) async throws(BlobError) {
        guard let blob = state.withLock({ $0.blobs[digest] }) else { throw .notFound(digest) }
        guard Digest(hashing: blob.bytes.readableBytesView) == digest else { throw .damaged(digest, .content) }
    }

    package func all() async throws(BlobError) -> [Digest] { state.withLock { $0.blobs.keys.sorted() } }

    package func usage(of uses: BlobUses) async throws(BlobError) -> BlobUsage {
        var holders = ObjectHolders(groupingCount: uses.groupingCount)
        for (digest, blob) in state.withLock({ $0.blobs }) {
            holders.add(digest, byteCount: Int64(blob.bytes.readableBytes))
        }
        return try holders.usage(of: uses) { (_) throws(BlobError) in [] }
    }

    package func beginSweep(now: Timestamp) async -> BlobMarks {
        var marks = BlobMarks(beginning: now)
        for digest in state.withLock({ $0.pins.all }) { marks.insert(digest) }
        return marks
    }

    package func sweep(keeping marks: BlobMarks, olderThan grace: Duration) async throws(BlobError) -> SweepReport {
        let limit = marks.beginning.advanced(by: .zero - grace)
        return state.withLock { state in
            var report = SweepReport()
            for (digest, blob) in state.blobs
            where !marks.contains(digest) && !state.pins.contains(digest) && blob.renewedAt <= limit {
                state.blobs[digest] = nil
                report.deletedCount += 1
                report.deletedByteCount += Int64(blob.bytes.readableBytes)
            }
            report.keptCount = state.blobs.count
            return report
        }
    }
}

/// Bytes in memory, handed out as if they were frames.
private struct InMemoryContents: BlobContents {
    let bytes: ByteBuffer

    func bytes(atStartOf range: Range<Int64>) -> ByteBuffer {
        let count = min(range.upperBound - range.lowerBound, Int64(PackFormat.frameByteCount))
        return bytes.getSlice(at: bytes.readerIndex + Int(range.lowerBound), length: Int(count)) ?? ByteBuffer()
    }
}
