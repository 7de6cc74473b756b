import Synchronization
import Tracking

/// The writer, its queue and the head, shared by the store and the thread that drives the writer.
final class LogCore: Sendable {
    let queue: AppendQueue
    let signal: HeadSignal
    /// The number of groups that were brought to disk.
    let syncCount = Atomic<UInt64>(0)
    private let unflushed = Atomic(false)
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
        let step = writer.withLock { writer -> EventLogWriter.Step? in
            guard let writer else { return nil }
            defer { unflushed.store(writer.hasUnflushed, ordering: .relaxed) }
            return writer.step(now: now)
        }
        guard let step else { return false }
        if step.head > signal.head {
            syncCount.add(1, ordering: .relaxed)
            signal.advance(to: step.head, appendingTo: step.streams)
        }
        for (reply, result) in step.replies {
            reply(result)
            options.reach(.acknowledging)
        }
        if let failure = step.failure { stop(failure) }
        return !step.isIdle
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
