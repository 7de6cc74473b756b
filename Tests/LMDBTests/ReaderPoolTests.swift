import Dispatch
import Glibc
import LMDB
import Synchronization
import Testing

/// The bounds of a pool of readers. A read that must not end yet waits on a semaphore of the test, which is what a slow
/// disk does to it.
@Suite struct ReaderPoolTests {
    /// Keeps reads from ending, and says when one has begun.
    private final class Gate: Sendable {
        private let open = DispatchSemaphore(value: 0)
        private let begun = AsyncStream<Void>.makeStream()
        let beganCount = Atomic<Int>(0)

        func hold() {
            beganCount.add(1, ordering: .sequentiallyConsistent)
            begun.continuation.yield()
            open.wait()
        }

        func waitUntilBegun(_ count: Int) async {
            var iterator = begun.stream.makeAsyncIterator()
            for _ in 0..<count { await iterator.next() }
        }

        func release(_ count: Int) {
            for _ in 0..<count { open.signal() }
        }
    }

    @Test("a read runs off the caller's thread and its answer comes back")
    func answer() async throws {
        let pool = ReaderPool(threadCount: 1)
        for number in 0..<100 { #expect(try await pool.run { number * 2 } == number * 2) }
        let result = try await pool.run {
            Result { () throws(LMDBError) in throw LMDBError(.truncated, during: "read", at: "/") }
        }
        #expect(throws: LMDBError(.truncated, during: "", at: "")) { try result.get() }
    }

    @Test("at most as many reads go on at once as there are threads", arguments: [1, 4])
    func threads(count: Int) async throws {
        let pool = ReaderPool(threadCount: count)
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await pool.run { gate.hold() } } }
            for released in 0..<20 {
                await gate.waitUntilBegun(released == 0 ? count : released <= 20 - count ? 1 : 0)
                #expect(gate.beganCount.load(ordering: .sequentiallyConsistent) == min(20, count + released))
                gate.release(1)
            }
            try await group.waitForAll()
        }
    }

    @Test("a read beyond what may wait is refused at once, and taken again when there is room")
    func busy() async throws {
        let pool = ReaderPool(threadCount: 1, queueCount: 3)
        let gate = Gate()
        let going = Task { try await pool.run { gate.hold() } }
        await gate.waitUntilBegun(1)
        let answers = AsyncStream<Bool>.makeStream()
        let waiting = (0..<8).map { _ in
            Task {
                do throws(ReaderPool.Refusal) {
                    try await pool.run {}
                    answers.continuation.yield(true)
                } catch {
                    #expect(error == .busy)
                    answers.continuation.yield(false)
                }
            }
        }
        var answer = answers.stream.makeAsyncIterator()
        for _ in 0..<5 { #expect(await answer.next() == false) }
        gate.release(1)
        for _ in 0..<3 { #expect(await answer.next() == true) }
        for task in waiting { await task.value }
        try await going.value
        #expect(try await pool.run { 7 } == 7)
    }

    @Test("a read that still waits when its task is cancelled never runs, and one that goes on is answered")
    func cancelled() async throws {
        let pool = ReaderPool(threadCount: 1, queueCount: 2)
        let gate = Gate()
        let never = Gate()
        let going = Task {
            try await pool.run {
                gate.hold()
                return 1
            }
        }
        await gate.waitUntilBegun(1)
        // Cancelled ones give their places back: a hundred come and go in a queue for two.
        for _ in 0..<100 {
            let waiting = Task { try await pool.run { never.hold() } }
            waiting.cancel()
            await #expect(throws: ReaderPool.Refusal.cancelled) { try await waiting.value }
        }
        going.cancel()
        gate.release(1)
        #expect(try await going.value == 1)
        #expect(try await pool.run { 2 } == 2)
        #expect(never.beganCount.load(ordering: .sequentiallyConsistent) == 0)
    }

    @Test("a task that prefers a pool reads and works on its threads, whatever pool it reads in, and they give way")
    func preferred() async throws {
        let (pool, other) = (ReaderPool(threadCount: 1, niceness: 3), ReaderPool(threadCount: 1))
        let main = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        @Sendable func niceness() -> Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
        @Sendable func work() async -> Int32 { niceness() }
        #expect(try await other.run { niceness() } == main)
        let seen = try await pool.prefer {
            async let child = work()
            return [await work(), try await other.run { niceness() }, await child]
        }
        #expect(seen == Array(repeating: min(19, main + 3), count: 3))
    }

    @Test("reads of many tasks are all answered, whatever else is cancelled")
    func many() async throws {
        let pool = ReaderPool(threadCount: 3, queueCount: 100_000)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<5000 {
                group.addTask {
                    let other = Task { try await pool.run { number } }
                    if number % 3 == 0 { other.cancel() }
                    _ = await other.result
                    return try await pool.run { number }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == (0..<5000).reduce(0, +))
    }
}
