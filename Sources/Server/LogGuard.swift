import EventLog
import ServiceLifecycle

/// Ends the server when the log has stopped for good: reopening it is for a new process.
struct LogGuard: Service {
    let failures: AsyncStream<LogFailure>

    func run() async throws {
        for await failure in failures.cancelOnGracefulShutdown() { throw failure }
    }
}
