import Dispatch
import Synchronization

/// A thread's worth of blocking work, one job after the other, away from the threads that serve connections.
///
/// Readers and the stages of uploads are actors on one of a few executors; each has at most one job there, a frame's
/// work long, so they take turns and the number of busy threads is bounded.
final class FileExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Suspends the caller, which runs on this executor, until the work that waits for it now has had its turn.
    func letOthersRun(isolation actor: isolated (any Actor)? = #isolation) async {
        await withCheckedContinuation(isolation: actor) { continuation in
            queue.async { continuation.resume() }
        }
    }

    /// Several executors, given out in turn.
    final class Pool: Sendable {
        private let executors: [FileExecutor]
        private let next = Atomic<Int>(0)

        init(width: Int) {
            executors = (0..<max(1, width)).map { FileExecutor(label: "pivot.blobs.\($0)") }
        }

        /// The executor whose turn it is.
        func executor() -> FileExecutor {
            let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
            return executors[Int(UInt(bitPattern: number) % UInt(executors.count))]
        }

        /// Runs `body` for each of `items`, as many at once as there are executors, and returns when all have ended.
        ///
        /// Throws what one of those that failed threw; the others have ended then as well.
        func forEach<Item: Sendable>(
            _ items: [Item], _ body: @escaping @Sendable (Item) throws(BlobError) -> Void
        ) async throws(BlobError) {
            let result = await withTaskGroup(of: Result<Void, BlobError>.self) { group -> Result<Void, BlobError> in
                for (number, executor) in executors.enumerated() where number < items.count {
                    group.addTask { [count = executors.count] in
                        let worker = FileWorker(executor: executor)
                        for index in stride(from: number, to: items.count, by: count) {
                            do throws(BlobError) {
                                try await worker.run { () throws(BlobError) in try body(items[index]) }
                            } catch {
                                return .failure(error)
                            }
                        }
                        return .success(())
                    }
                }
                var first = Result<Void, BlobError>.success(())
                for await next in group {
                    if case .success = first { first = next }
                }
                return first
            }
            try result.get()
        }
    }
}
