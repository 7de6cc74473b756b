import EventLog
import ReadModels
import ServiceLifecycle

/// Keeps the read models up to date until the server shuts down.
struct Projector: Service {
    let readModels: ReadModels
    let store: any EventStore

    func run() async throws {
        await cancelWhenGracefulShutdown { await readModels.follow(store) }
    }
}
