import DequeModule
import Synchronization

/// The appends that wait for the writer, in the order of their arrival, bounded in bytes.
final class AppendQueue: Sendable {
    /// Takes the outcome of an append; called once.
    typealias Reply = @Sendable (Result<AppendResult, AppendError>) -> Void

    /// An append and who waits for it.
    struct Element: Sendable {
        let append: PreparedAppend
        let reply: Reply
    }

    /// The cost of an append beyond its records, so that many small ones are bounded too.
    private static let overheadByteCount = 256

    private let bounds: EventLogBounds
    private let state = Mutex(State())

    private struct State {
        var waiting = Deque<Element>()
        var byteCount = 0
        var stopped: String?
    }

    init(bounds: EventLogBounds) { self.bounds = bounds }

    /// Adds an append at the end. Returns whether it is the only one, so that the writer may have to be woken.
    ///
    /// - Throws: `overloaded` when the queue is full, `stopped` when it takes no more; `reply` is not called then.
    func enqueue(_ append: PreparedAppend, reply: @escaping Reply) throws(AppendError) -> Bool {
        let refusal: Result<Bool, AppendError> = state.withLock { state in
            if let details = state.stopped { return .failure(.stopped(details: details)) }
            let cost = append.byteCount + AppendQueue.overheadByteCount
            // One that is larger than the whole queue is taken when nothing else waits.
            guard state.waiting.isEmpty || state.byteCount + cost <= bounds.queueByteCount else {
                return .failure(.overloaded(retryAfter: .seconds(1)))
            }
            state.byteCount += cost
            state.waiting.append(Element(append: append, reply: reply))
            return .success(state.waiting.count == 1)
        }
        return try refusal.get()
    }

    /// Takes the next group: at least one append if any waits, and as many as the bounds of a group allow.
    func takeGroup() -> [Element] {
        state.withLock { state in
            var group: [Element] = []
            var byteCount = 0
            while let next = state.waiting.first, group.count < bounds.groupCount,
                group.isEmpty || byteCount + next.append.byteCount <= bounds.groupByteCount
            {
                byteCount += next.append.byteCount
                state.byteCount -= next.append.byteCount + AppendQueue.overheadByteCount
                group.append(next)
                state.waiting.removeFirst()
            }
            return group
        }
    }

    /// Refuses every append from now on with `details`. Those that wait stay.
    func stop(_ details: String) {
        state.withLock { state in
            if state.stopped == nil { state.stopped = details }
        }
    }
}
