import EventLog
package import Logging
import ServiceLifecycle

/// Keeps the tiles of the tree up to date, asks the witnesses, and deletes keys whose time is over, until the server shuts
/// down.
package struct AuditService: Service {
    private static let pauseAfterFailure = Duration.seconds(10)
    private static let retireInterval = Duration.seconds(600)

    private let audit: Audit
    private let logger: Logger

    package init(_ audit: Audit, logger: Logger) {
        self.audit = audit
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await repeating("The tree of the log could not be completed.") { try await follow() } }
                group.addTask { await repeating("A key of the log could not be retired.") { try await retire() } }
                group.addTask {
                    await repeating("The witnesses could not be asked.") {
                        try await audit.signer.followWitnesses { try await Task.sleep(for: $0) }
                        try await Task.sleep(for: .seconds(3600))
                    }
                }
            }
        }
    }

    private func follow() async throws {
        // What was signed before is compared with the log at once, so that the health tells of a restored one.
        do {
            _ = try await audit.signer.treeHead()
        } catch let error as AuditError {
            if case .treeIncomplete = error {} else { logger.error("The log is not signed. \(error)") }
        }
        try await audit.projection.follow { try await Task.sleep(for: $0) }
    }

    private func retire() async throws {
        while !Task.isCancelled {
            try await audit.signer.retireExpired()
            try await Task.sleep(for: Self.retireInterval)
        }
    }

    /// Calls `body` again whenever it fails, until the task is cancelled.
    private func repeating(_ message: Logger.Message, _ body: () async throws -> Void) async {
        while !Task.isCancelled {
            do {
                try await body()
            } catch is CancellationError {
                return
            } catch {
                guard !Task.isCancelled else { return }
                logger.warning(message, metadata: ["error": "\(error)"])
            }
            do {
                try await Task.sleep(for: Self.pauseAfterFailure)
            } catch {
                return
            }
        }
    }
}
