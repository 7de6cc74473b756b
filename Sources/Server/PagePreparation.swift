import ServiceLifecycle
import WebUI

/// Prepares the page's files while the server starts.
struct PagePreparation: Service {
    let files: ProjectFiles

    func run() async throws {
        try await files.prepare()
        // A service that returned would end the server.
        try await gracefulShutdown()
    }
}
