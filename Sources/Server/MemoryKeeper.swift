import Processes
import ServiceLifecycle

/// Gives memory back that a load has left free, so that a server at rest is as small as before.
struct MemoryKeeper: Service {
    private static let interval = Duration.seconds(20)

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                while true {
                    try await Task.sleep(for: Self.interval)
                    ProcessMemory.giveBack()
                }
            } catch is CancellationError {
                // The server ends.
            }
        }
    }
}
