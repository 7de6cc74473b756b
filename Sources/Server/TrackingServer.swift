import Application
import Blobs
import Delivery
import EventLog
import Exporters
import Foundation
import Hummingbird
import LiveFeeds
package import Logging
import Machine
import Processes
import REST
import Reactors
import ReadModels
import ServiceLifecycle
import Tracking
package import TrainingConfiguration
import UnixSignals
import WebServer
import WebUI

/// The server: wires the log, its read models, the blobs and the reactors to the edges, and runs them.
package enum TrackingServer {
    /// The values that a server is started with beside its configuration.
    package struct Environment: Sendable {
        /// The path of this executable, which trainers are started from.
        package var executable: String
        /// The folder that holds all data.
        package var dataDirectory: String
        /// The process's environment variables.
        package var variables: [String: String]
        /// Called with the server's address once it listens.
        package var onListening: @Sendable (String) -> Void

        package init(
            executable: String, dataDirectory: String, variables: [String: String],
            onListening: @escaping @Sendable (String) -> Void
        ) {
            self.executable = executable
            self.dataDirectory = dataDirectory
            self.variables = variables
            self.onListening = onListening
        }
    }

    /// The time that requests may go on after the server was asked to end.
    private static let gracePeriod = Duration.seconds(4)

    /// Runs the server until SIGTERM or SIGINT, then lets go of everything in order.
    ///
    /// - Throws: When the data directory is held by another process or cannot be used, when the port is taken, and when
    ///   the log stops for good.
    package static func run(
        _ configuration: ServerConfiguration, in environment: Environment, logger: Logger
    ) async throws {
        ProcessMemory.bound()
        let directory = try DataDirectory(
            path: environment.dataDirectory, address: "http://\(configuration.host):\(configuration.port)")
        defer { directory.unlock() }
        let backends = try Backends(directory, maximumLongReads: configuration.maximumLongReads, logger: logger)
        let commands = allowedCommands(configuration, environment, logger)
        let address = Promise<String>()
        let post = try webhookPost(configuration, environment, directory, backends, address)
        let core = try core(backends, directory, configuration, commands, post)
        // Whatever is acknowledged from now on needs the files and folders that were made for it.
        try directory.syncNames()
        do {
            try await AlertRuleSetup(core).ship()
        } catch {
            // As on a full disk, on which the rest works; the next start tries again.
            logger.warning("The shipped alert rules could not be created.", metadata: ["error": "\(error)"])
        }
        let audit = try await AuditParts.audit(configuration.audit, directory, backends, core, logger: logger)
        let tracker = Tracker(core, configurations: ConfigurationRoots(configuration.configRoots), audit: audit)
        let monitor = ResourceMonitor(
            folder: directory.path, gpus: GPUMonitor(library: environment.variables[GPUMonitor.libraryVariable]),
            logger: logger, now: core.now)
        let health = Health(core, monitor: monitor, launches: configuration.launches)
        let processes = TrainerLaunching(
            executable: environment.executable,
            url: {
                // A server that cannot listen cancels its services; the address is then never known.
                await withTaskCancellationHandler {
                    await address.value
                } onCancel: {
                    address.keep("")
                }
            },
            outputFolder: directory.trainerOutputFolder, niceness: configuration.trainerNiceness,
            leaseDuration: configuration.leaseDuration, allowedCommands: commands, isEnabled: configuration.launches)
        let slots =
            configuration.maxConcurrentSessions ?? max(1, MachineFiles().usableProcessorCount() / 2)
        let reactors: [any Reactor] = [
            LeaseWatch(core), Launcher(core, processes: processes, slots: slots, logger: logger),
            ReproductionWatch(core), BlobSweeper(core, logger: logger), ShortageSweeper(core, logger: logger),
            EndingLog(core, logger: logger),
            WebhookDeliveries(core, webhooks: tracker.webhooks, executor: backends.messengers, logger: logger),
            AlertWatch(
                tracker, monitor: monitor, configured: configuration.alerts, file: directory.alertStateFile,
                logger: logger),
            RetentionWorker(tracker, logger: logger),
        ]
        let feeds = FeedSlots(
            maximumCount: configuration.maximumFeedCount,
            maximumCountPerClient: configuration.maximumFeedCountPerClient)
        let hub = FeedHub(store: core.store, sessions: core.sessions, progressBoard: core.leases.progressBoard)
        let files = ProjectFiles(environment: environment.variables, executable: environment.executable)
        let endpoints =
            Endpoints.all(of: tracker, health: health, feeds: feeds)
            + ExportEndpoints(tracker: tracker).all + HistoryEndpoints(tracker: tracker).all
            + LiveFeedEndpoints(hub, slots: feeds, logger: logger).all
            + PageEndpoints(files: files).all
        let application = WebApplication.make(
            routes: endpoints.map(\.route), settings: httpSettings(of: configuration, backends, directory),
            services: [
                LogGuard(failures: backends.failures), MemoryKeeper(),
                Projector(readModels: core.readModels, store: core.store), monitor,
                AuditService(audit, logger: logger), PagePreparation(files: files),
            ] + reactors.map { ReactorService($0, store: core.store, logger: logger) }, logger: logger
        ) { channel in
            let port = channel.localAddress?.port ?? configuration.port
            let url = "http://\(displayed(configuration.host)):\(port)"
            do {
                try directory.setAddress("http://\(reachable(configuration.host)):\(port)")
            } catch {
                logger.warning("The lock file could not be updated.", metadata: ["error": "\(error)"])
            }
            address.keep("http://\(reachable(configuration.host)):\(port)")
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
            await backends.store.close()
            throw backends.store.failure
                ?? ListenFailure(error, host: configuration.host, port: configuration.port) ?? error
        }
        address.keep("")
        backends.readModels.close()
        await backends.store.close()
    }

    private static func allowedCommands(
        _ configuration: ServerConfiguration, _ environment: Environment, _ logger: Logger
    ) -> AllowedCommands {
        let searchPath = environment.variables["PATH"] ?? ""
        for entry in AllowedCommands.unusable(configuration.allowedCommands, searchPath: searchPath) {
            logger.warning(
                "An allowed command is not a program. Give a full path, or the bare name of a program in PATH.",
                metadata: ["command": "\(entry)"])
        }
        return AllowedCommands(configuration.allowedCommands, searchPath: searchPath)
    }

    private static func core(
        _ backends: Backends, _ directory: DataDirectory, _ configuration: ServerConfiguration,
        _ commands: AllowedCommands, _ post: WebhookPost
    ) throws -> TrackerCore {
        var settings = TrackerSettings()
        settings.leaseDuration = configuration.leaseDuration
        settings.stopWait = configuration.stopWait
        settings.allowsRemoteCommands = configuration.allowsRemoteCommands
        let start = ContinuousClock.now
        return TrackerCore(
            store: backends.store, readModels: backends.readModels, blobs: backends.blobs,
            leases: Leases(tokens: try LeaseTokens.load(path: directory.leaseSecretFile)) {
                ContinuousClock.now - start
            }, room: DiskRoom(folder: directory.path), commands: commands,
            owner: try OwnerSecret.load(path: directory.ownerSecretFile), settings: settings, webhookPost: post,
            now: backends.clock)
    }

    private static func webhookPost(
        _ configuration: ServerConfiguration, _ environment: Environment, _ directory: DataDirectory,
        _ backends: Backends, _ address: Promise<String>
    ) throws -> WebhookPost {
        var networks: [NetworkPolicy.Network] = []
        for text in configuration.webhookNetworks {
            guard let network = NetworkPolicy.Network(text) else {
                throw SettingFailure(
                    "webhooks.allowed_networks: '\(text)' is not a network. Write it like 127.0.0.0/8 or fd00::/8.")
            }
            networks.append(network)
        }
        let server = try mailServer(configuration.mail, environment)
        return WebhookPost(
            Messenger(policy: NetworkPolicy(allowing: networks), mailServer: server),
            signer: WebhookSigner(key: try SecretFile.load(directory.webhookSecretFile)),
            pause: DeliveryPause(
                file: directory.webhooksPausedFile,
                isPaused: FileManager.default.fileExists(atPath: directory.webhooksPausedFile)),
            now: backends.clock,
            server: {
                if let url = configuration.publicURL { return url.hasSuffix("/") ? String(url.dropLast()) : url }
                return await withTaskCancellationHandler {
                    await address.value
                } onCancel: {
                    address.keep("")
                }
            })
    }

    /// The mail server of the configuration or of the environment; nil when there is none.
    private static func mailServer(_ settings: MailSettings, _ environment: Environment) throws -> MailServer? {
        func variable(_ name: String) -> String? { environment.variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let url = settings.url ?? variable("PIVOT_SMTP_URL") else { return nil }
        var password = variable("PIVOT_SMTP_PASSWORD")
        if let file = settings.passwordFile {
            do {
                password = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .newlines)
            } catch {
                throw SettingFailure(
                    "smtp.password_file: \(file) cannot be read. Check the path and who may read it.")
            }
        }
        let sender = settings.sender ?? variable("PIVOT_SMTP_FROM")
        let security = settings.security.flatMap { MailServer.Security(rawValue: $0) }
        do throws(MailServer.Fault) {
            return try MailServer(
                url: url, sender: sender, security: security, password: password, authorityFile: settings.authorityFile)
        } catch {
            throw SettingFailure("\(error.field) \(error.reason).")
        }
    }

    private static func httpSettings(
        of configuration: ServerConfiguration, _ backends: Backends, _ directory: DataDirectory
    ) -> HTTPSettings {
        var settings = HTTPSettings()
        settings.privateFolder = directory.path
        settings.host = configuration.host
        settings.port = configuration.port
        settings.maximumConnectionCount = ProcessDescriptors.raiseLimit()
        settings.hostNames = configuration.allowedHosts
        settings.allowedOrigins = configuration.allowedOrigins
        settings.rateLimit.readsPerMinute = configuration.rateLimit.readsPerMinute
        settings.rateLimit.writesPerMinute = configuration.rateLimit.writesPerMinute
        settings.rateLimit.includesLoopback = configuration.rateLimit.limitsLoopback
        settings.connection.minimumBodyByteRate = configuration.bodyRate.minimumByteRate
        settings.connection.bodyWindow = .nanoseconds(
            Int64(configuration.bodyRate.window / .nanoseconds(1)))
        settings.rateLimit.exemptSchemes = ["lease"]
        settings.readExecutor = backends.readers
        return settings
    }

    /// The host at which programs of this machine reach the server, and under which it answers.
    private static func reachable(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        default: displayed(host)
        }
    }

    /// The host as it is written in an address.
    private static func displayed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
