import NIOCore

/// Runs tasks on the thread of a connection's event loop.
///
/// A request that is soon answered then needs no other thread before and after what it waits for: waking one takes longer
/// than most of the work. What takes long has no place here, since it holds up the other connections of the loop.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
