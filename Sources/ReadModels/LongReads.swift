import LMDB
import Synchronization

/// The long answers that are under way: at most so many at a time, read and written piece by piece on threads of their own
/// that nothing else waits for.
package final class LongReads: Sendable {
    fileprivate let pool: ReaderPool
    private let maximumCount: Int
    private let count = Mutex(0)

    init(pool: ReaderPool, maximumCount: Int) {
        self.pool = pool
        self.maximumCount = maximumCount
    }

    /// Begins a long answer, which goes on until the value that is returned is let go.
    ///
    /// - Throws: `tooManyLongReads`.
    package func begin() throws(ReadModelError) -> LongRead {
        let isAdmitted = count.withLock { count in
            guard count < maximumCount else { return false }
            count += 1
            return true
        }
        guard isAdmitted else { throw .tooManyLongReads(maximumCount) }
        return LongRead(of: self)
    }

    fileprivate func end() { count.withLock { $0 -= 1 } }
}

/// A long answer, counted while it is held and has not ended.
package final class LongRead: Sendable {
    private let reads: LongReads
    private let isEnded = Atomic(false)

    fileprivate init(of reads: LongReads) { self.reads = reads }

    deinit { end() }

    /// Makes room for another one.
    package func end() {
        if !isEnded.exchange(true, ordering: .relaxed) { reads.end() }
    }

    /// Runs `body` as part of `longRead`, or as it is without one.
    package static func run<Value>(
        _ longRead: LongRead?, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        guard let longRead else { return try await body() }
        return try await longRead.run(isolation: isolation, body)
    }

    /// Reads, and does what `body` does between two waits, on the threads for long answers.
    package func run<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        try await reads.pool.prefer(isolation: isolation, body)
    }
}
