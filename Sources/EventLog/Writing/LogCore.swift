import Synchronization
import Tracking

/// The writer, its queue and the head, shared by the store and the thread that drives the writer.
final class LogCore: Sendable {
    let queue: AppendQueue
    let signal: HeadSignal
    /// The number of groups that were brought to disk.
    let syncCount = Atomic<UInt64>(0)
    private let unflushed = Atomic(false)
    private let wait = Atomic<UInt64>(0)
    private let arrivals = Mutex(Arrivals())
    /// Nil once the log is closed.
    private let writer: Mutex<EventLogWriter?>
    /// Keeps the data directory locked as long as something may be written.
    private let directory: DataDirectory
    private let options: EventLogOptions
    private let stopped = Mutex<LogFailure?>(nil)

    init(writer: sending EventLogWriter, queue: AppendQueue, directory: DataDirectory, options: EventLogOptions) {
        signal = HeadSignal(writer.head)
        self.queue = queue
        self.options = options
        self.directory = directory
        self.writer = Mutex(writer)
    }

    /// The reason that the log stopped for good; nil while it works.
    var failure: LogFailure? { stopped.withLock { $0 } }

    /// Writes the next group and answers those who wait for it. Returns whether there was one.
    func step() -> Bool {
        let now = options.clock()
        guard let step = writer.withLock({ $0.map { perform(on: $0) { $0.step(now: now) } } }) else { return false }
        for (reply, result) in step.replies {
            reply(result)
            options.reach(.acknowledging)
        }
        if let failure = step.failure { stop(failure) }
        return !step.isIdle
    }

    /// Writes `append` on the calling thread and returns its outcome; nil when it has to wait for its turn.
    ///
    /// Waking the writer's thread, and being woken by it, takes as long as a fast disk. So an append that comes alone, as
    /// those of a single trainer do, is written at once by whoever brings it. When appends come closely together, waiting
    /// for the writer lets many share one wait for the disk, and when the disk is slow, waking costs little beside it and
    /// nobody's thread is held up.
    ///
    /// - Parameter beginsUnflushed: Called when the database lacks something from now on.
    func writeAtOnce(
        _ append: PreparedAppend, beginsUnflushed: () -> Void
    ) -> Result<AppendResult, AppendError>? {
        let wait = self.wait.load(ordering: .relaxed)
        let interval = arrivals.withLock { $0.add() }
        guard wait > 0, wait < LogCore.longestShortWait, interval > 2 * wait, queue.isIdle else { return nil }
        let now = options.clock()
        let element = AppendQueue.Element(append: append) { _ in }
        let wasFlushed = !hasUnflushed
        let step = writer.withLockIfAvailable { writer -> EventLogWriter.Step? in
            guard let writer, writer.takesAtOnce(append) else { return nil }
            return perform(on: writer) { $0.step(writing: [element], now: now) }
        }
        guard let step = step.flatMap({ $0 }) else { return nil }
        for (reply, result) in step.replies.dropFirst() { reply(result) }
        if let failure = step.failure { stop(failure) }
        if wasFlushed { beginsUnflushed() }
        options.reach(.acknowledging)
        return step.replies.first?.result
    }

    /// 0.5 ms: a thread that has more to do than this append may be held up for so long.
    private static let longestShortWait: UInt64 = 500_000

    /// The times between appends.
    private struct Arrivals {
        private var last: UInt64 = 0
        private var interval = MovingMean()

        /// Notes that one comes now. Returns the nanoseconds between those that came lately.
        mutating func add() -> UInt64 {
            let now = MonotonicTime.now
            // A pause says nothing of how close they come.
            interval.add(min(now - last, 10_000_000))
            last = now
            return interval.value
        }
    }

    /// Lets the writer take a step, and everybody who follows the log know of it.
    private func perform(
        on writer: EventLogWriter, _ body: (EventLogWriter) -> EventLogWriter.Step
    ) -> EventLogWriter.Step {
        let step = body(writer)
        unflushed.store(writer.hasUnflushed, ordering: .relaxed)
        wait.store(writer.wait, ordering: .relaxed)
        if step.head > signal.head {
            syncCount.add(1, ordering: .relaxed)
            signal.advance(to: step.head, appendingTo: step.streams)
        }
        return step
    }

    /// True when the journal has what the database lacks.
    var hasUnflushed: Bool { unflushed.load(ordering: .relaxed) }

    /// Brings everything that the journal has to the database. Returns the reason that it could not.
    @discardableResult
    func flush() -> LogFailure? { flush(isLast: false) }

    /// Does what `flush()` does and lets the writer and its hold on the environment go, so that nothing comes after it.
    func close() -> LogFailure? { flush(isLast: true) }

    private func flush(isLast: Bool) -> LogFailure? {
        let (reason, isNew) = writer.withLock { writer -> (LogFailure?, isNew: Bool) in
            guard let open = writer else { return (nil, false) }
            defer { if isLast { writer = nil } }
            let hadFailed = open.hasFailed
            guard case .failure(let reason) = open.flush() else {
                unflushed.store(false, ordering: .relaxed)
                return (nil, false)
            }
            return (reason, open.hasFailed && !hadFailed)
        }
        if let reason, isNew { stop(reason) }
        return reason
    }

    private func stop(_ failure: LogFailure) {
        stopped.withLock { $0 = failure }
        options.onFailure(failure)
    }
}
