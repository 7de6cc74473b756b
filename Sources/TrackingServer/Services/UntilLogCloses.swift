import EventLog
import ServiceLifecycle

/// A service that follows the log, and for which the end of the wait for its next event is an end and not an error.
struct UntilLogCloses: Service {
    let service: any Service

    func run() async throws {
        do {
            try await service.run()
        } catch let error as StorageError where error.code == .cancelled || error.code == .closed {
            // The server shuts down.
        }
    }
}
