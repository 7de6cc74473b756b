import Blobs
package import EventLog
import Foundation
import Hummingbird
package import Logging
import Processes
import Projections
import Reactors
import ServiceLifecycle
import Tracking
package import TrainingConfiguration
import UnixSignals

/// The server: wires the log, its read models, the blobs and the reactors to the API, and runs them.
package enum TrackingServer {
    /// What a server is started with beside its configuration.
    package struct Environment: Sendable {
        /// The path of this executable, which trainers are started from.
        package var executable: String
        /// The process's environment variables.
        package var variables: [String: String]
        /// Called with the server's address once it listens.
        package var onListening: @Sendable (String) -> Void
        /// Called with every route, such as `GET /api/v1/ping`, before any request is answered.
        package var onRoutes: @Sendable ([String]) -> Void

        package init(
            executable: String, variables: [String: String], onListening: @escaping @Sendable (String) -> Void,
            onRoutes: @escaping @Sendable ([String]) -> Void = { _ in }
        ) {
            self.executable = executable
            self.variables = variables
            self.onListening = onListening
            self.onRoutes = onRoutes
        }
    }

    /// How long requests may go on after the server was asked to end.
    private static let gracePeriod = Duration.seconds(4)

    /// Runs the server until SIGTERM or SIGINT, then lets go of everything in order.
    ///
    /// - Throws: When the data directory is held by another process or cannot be used, when the port is taken, and when
    ///   the log stops for good.
    package static func run(
        _ configuration: ServerConfiguration, in environment: Environment, logger: Logger
    ) async throws {
        let start = ContinuousClock.now
        let elapsed: @Sendable () -> Duration = { ContinuousClock.now - start }
        let directory = try DataDirectory(
            path: configuration.dataDirectory, address: "http://\(configuration.host):\(configuration.port)")
        defer { directory.unlock() }
        let failures = AsyncStream<LogFailure>.makeStream()
        var options = EventLogOptions()
        options.release = PIVOTVersion.current
        options.onFailure = { failures.continuation.yield($0) }
        let store = try LMDBEventStore(in: directory, options: options)
        let readModels = try ReadModels(folder: directory.readModelsFolder)
        let blobs = try FileBlobStore(root: directory.blobsFolder, clock: options.clock)
        let sessions = CommandHandler<SessionDecider>(store: store)
        let leases = LeaseTable()
        let searchPath = environment.variables["PATH"] ?? ""
        let commands = AllowedCommands(configuration.allowedCommands, searchPath: searchPath)
        for entry in AllowedCommands.unusable(configuration.allowedCommands, searchPath: searchPath) {
            logger.warning(
                "An allowed command names no program: give a full path, or a bare name that is in PATH.",
                metadata: ["command": "\(entry)"])
        }
        let service = TrackingService(
            store: store, sessions: sessions, webhooks: CommandHandler(store: store), readModels: readModels,
            blobs: blobs, leases: leases, tokens: try LeaseTokens.load(path: directory.leaseSecretFile),
            configurations: ConfigurationRoots(configuration.configRoots), commands: commands,
            monitor: ResourceMonitor(folder: directory.path, now: options.clock), damage: DamageList(),
            settings: configuration, dataFolder: directory.path, startedAt: options.clock(), now: options.clock,
            elapsed: elapsed)
        let address = Promise<String>()
        let processes = TrainerLaunching(
            executable: environment.executable, url: { await address.value },
            outputFolder: directory.trainerOutputFolder, niceness: configuration.trainerNiceness,
            leaseDuration: configuration.leaseDuration, allowedCommands: commands, isEnabled: configuration.launches)
        let slots =
            configuration.maxConcurrentSessions ?? max(1, ProcessInfo.processInfo.activeProcessorCount / 2)

        let router = APIServer.router()
        let files = ProjectFiles(environment: environment.variables, executable: environment.executable)
        addRoutes(to: router, service: service, files: files)
        let feeds = LiveFeedRoutes(store: store, logger: logger)
        feeds.register(on: router)
        environment.onRoutes(router.routes.map(\.description))
        let application = APIServer.application(
            router: router, feeds: feeds, settings: settings(of: configuration),
            services: [
                LogGuard(failures: failures.stream), Projector(readModels: readModels, store: store), service.monitor,
                LeaseWatch(
                    store: store, sessions: sessions, leases: leases, now: elapsed, logger: logger,
                    unfinished: { try await service.unfinishedAttempts() }),
                Launcher(
                    store: store, sessions: sessions, processes: processes, slots: slots, logger: logger,
                    start: {
                        // A server that cannot listen cancels its services; the address is then never known.
                        _ = await withTaskCancellationHandler {
                            await address.value
                        } onCancel: {
                            address.keep("")
                        }
                        return try await service.launcherStart()
                    }),
                ReproductionWatch(service: service, logger: logger), BlobSweeper(service: service, logger: logger),
            ],
            logger: logger
        ) { channel in
            let url = "http://\(displayed(configuration.host)):\(channel.localAddress?.port ?? configuration.port)"
            do {
                try directory.setAddress(url)
            } catch {
                logger.warning("The lock file could not be updated.", metadata: ["error": "\(error)"])
            }
            address.keep(url)
            environment.onListening(url)
        }
        var services = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // What is still under way then, such as a body whose sender fell silent, is cancelled.
        services.maximumGracefulShutdownDuration = gracePeriod
        do {
            try await ServiceGroup(configuration: services).run()
        } catch is CancellationError {
            // The grace period of a shutdown was over.
        } catch {
            address.keep("")
            await store.close()
            throw store.failure ?? ListenFailure(error, host: configuration.host, port: configuration.port) ?? error
        }
        address.keep("")
        await store.close()
    }

    /// Adds every route of the API and its pages.
    static func addRoutes(to router: Router<APIRequestContext>, service: TrackingService, files: ProjectFiles) {
        let limit = service.settings.rateLimit
        let api = router.group("api/v1").add(
            middleware: WriteLimit(
                writesPerMinute: limit.writesPerMinute, includesLoopback: limit.limitsLoopback, now: service.elapsed))
        SessionRoutes(service: service).add(to: api)
        ReproductionRoutes(service: service).add(to: api)
        AttemptRoutes(service: service).add(to: api)
        TelemetryRoutes(service: service).add(to: api)
        MetricRoutes(service: service).add(to: api)
        CompareRoutes(service: service).add(to: api)
        CheckpointRoutes(service: service).add(to: api)
        ArtifactRoutes(service: service).add(to: api)
        EventRoutes(service: service).add(to: api)
        WebhookRoutes(service: service).add(to: api)
        MaintenanceRoutes(service: service).add(to: api)
        MonitorRoutes(service: service).add(to: api, root: router)
        PageRoutes(files: files).add(to: router)
    }

    private static func settings(of configuration: ServerConfiguration) -> HTTPSettings {
        var settings = HTTPSettings()
        settings.host = configuration.host
        settings.port = configuration.port
        settings.hostNames = configuration.allowedHosts
        settings.rateLimit.requestsPerMinute = configuration.rateLimit.readsPerMinute
        settings.rateLimit.includesLoopback = configuration.rateLimit.limitsLoopback
        settings.isUpload = { request in
            let path = request.uri.path
            return path == "/api/v1/checkpoints"
                || (path.hasPrefix("/api/v1/training/sessions/") && path.contains("/artifacts/"))
        }
        settings.isExemptFromRateLimit = { TrackingService.leaseToken(of: $0) != nil }
        return settings
    }

    /// The host as it is written in an address.
    private static func displayed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
