import EventLog
import Projections
import ServiceLifecycle

/// Keeps the read models up to date until the server shuts down.
struct Projector: Service {
    let readModels: ReadModels
    let store: LMDBEventStore

    func run() async throws {
        try await cancelWhenGracefulShutdown { await readModels.follow(store) }
    }
}
