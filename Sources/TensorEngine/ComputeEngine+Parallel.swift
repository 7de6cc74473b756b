internal import COneDNN

extension ComputeEngine {
    /// Calls `body` with ranges that together cover 0 ..< count, one on each of the engine's threads, and returns when all
    /// have ended. Element i must be written by the call that gets i, from memory no other call writes: then the result does
    /// not depend on the number of threads.
    func parallel(_ count: Int, _ body: (Range<Int>) -> Void) {
        guard threadCount > 1, count > 1 else { return body(0..<count) }
        withoutActuallyEscaping(body) { body in
            var work = ParallelWork(count: count, body: body)
            withUnsafeMutablePointer(to: &work) { pointer in
                GOMP_parallel(
                    { data in
                        guard let data else { return }
                        let work = data.assumingMemoryBound(to: ParallelWork.self).pointee
                        let (index, teamSize) = (Int(omp_get_thread_num()), Int(omp_get_num_threads()))
                        let begin = work.count * index / teamSize
                        let end = work.count * (index + 1) / teamSize
                        if begin < end { work.body(begin..<end) }
                    }, pointer, UInt32(threadCount), 0)
            }
        }
    }
}

/// What the threads of one `ComputeEngine.parallel` share, read only.
private struct ParallelWork {
    let count: Int
    let body: (Range<Int>) -> Void
}
