package import ArgumentParser
import Foundation
import JSON
import Logging
import Server
import Text
import TrainingConfiguration

/// `pivot serve`: runs the server until it is told to stop.
package struct ServeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server.",
        discussion: """
            Settings are read from the file given with --config, or from configs/server.yaml if it exists; options \
            take precedence over the file. The server listens on this machine only, at 127.0.0.1 and ::1, unless --host \
            says otherwise, and shuts down cleanly on Ctrl-C and SIGTERM; trainings continue meanwhile and reconnect to the \
            next server.

            Examples:
              pivot serve
              pivot serve --port 9000 --data-dir /data/pivot --config-root /data/trainings
              pivot serve --allow-command python3
            """)

    @Option(help: ArgumentHelp("The address to listen on.", valueName: "address"))
    var host: String?

    @Flag(
        help: "Listen where other machines reach the server; there are no keys yet, so that they may do everything.")
    var allowInsecure = false

    @Option(
        name: .customLong("allow-host"),
        help: ArgumentHelp(
            "A host name besides localhost that requests may be addressed to; * for every name. May be repeated.",
            valueName: "name"))
    var allowedHosts: [String] = []

    @Option(help: "The port to listen on; 0 picks a free one.")
    var port: Int?

    @Option(
        name: .customLong("data-dir"),
        help: ArgumentHelp(
            "The folder that holds all data; by default PIVOT_DATA_DIR, else ~/.local/share/pivot.",
            valueName: "folder"))
    var dataDirectory: String?

    @Option(
        name: .customLong("webhook-network"),
        help: ArgumentHelp(
            "A network besides the public ones that webhooks may lead to, such as 127.0.0.0/8. May be repeated.",
            valueName: "network"))
    var webhookNetworks: [String] = []

    @OptionGroup var allowed: AllowedOptions

    @Option(help: ArgumentHelp("The server's configuration file.", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("log-level"),
        help: "How much is logged to standard error.")
    var logLevel: LogLevel = .info

    package init() {}

    package func validate() throws {
        try NumberOption.check("--port", port, 0...65_535)
    }

    package func run() async throws {
        let configuration = try configuration()
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = logLevel.level
            return handler
        }
        let logger = Logger(label: "pivot")
        for warning in configuration.warnings { logger.warning("\(warning)") }
        if configuration.dataDirectory == nil, FileManager.default.fileExists(atPath: "pivot-data/log") {
            logger.warning(
                "There is data in ./pivot-data, which is not used; to use it, start with --data-dir pivot-data.",
                metadata: ["data_dir": "\(DataFolder.standard())"])
        }
        let environment = TrackingServer.Environment(
            executable: Bundle.main.executablePath ?? CommandLine.arguments[0],
            dataDirectory: configuration.dataDirectory ?? DataFolder.standard(),
            variables: ProcessInfo.processInfo.environment
        ) { address in
            print("listening on \(address)")
            fflush(nil)
        }
        try await TrackingServer.run(configuration, in: environment, logger: logger)
    }

    /// The file's settings with those of the command line laid over them.
    private func configuration() throws -> ServerConfiguration {
        var source = try ConfigurationSource(.object([:]))
        let file = config ?? (FileManager.default.fileExists(atPath: Self.defaultFile) ? Self.defaultFile : nil)
        if let file {
            do {
                source = try ConfigurationSource(
                    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file))), fileName: file)
            } catch let error where !(error is ConfigurationError) {
                throw CommandFailure(
                    .usage, "The configuration \(file) cannot be read: \(FileFault.words(error)). Check the path.")
            }
        }
        if let host { try source.override("host", with: .string(host)) }
        if allowInsecure { try source.override("allow_insecure", with: .bool(true)) }
        if !allowedHosts.isEmpty {
            let named = source.root["allowed_hosts"]?.arrayValue ?? []
            try source.override("allowed_hosts", with: .array(named + allowedHosts.map { .string($0) }))
        }
        if !webhookNetworks.isEmpty {
            let section = source.root["webhooks"]?.objectValue ?? [:]
            let named = section["allowed_networks"]?.arrayValue ?? []
            try source.override(
                "webhooks.allowed_networks", with: .array(named + webhookNetworks.map { .string($0) }))
        }
        if let port { try source.override("port", with: .integer(Int64(port))) }
        if let dataDirectory { try source.override("data_dir", with: .string(dataDirectory)) }
        if !allowed.configRoots.isEmpty {
            try source.override("config_roots", with: .array(allowed.configRoots.map { .string($0) }))
        }
        if !allowed.commands.isEmpty {
            let named = source.root["allowed_commands"]?.arrayValue ?? []
            try source.override(
                "allowed_commands", with: .array(named + allowed.commands.map { .string($0) }))
        }
        let resolved = try ServerConfiguration(resolving: source)
        guard resolved.isLoopback || resolved.allowsInsecureAccess else {
            throw CommandFailure(
                .usage,
                "At \(resolved.host) everybody who reaches this machine could read, change and delete everything, since "
                    + "there are no keys yet. Add --allow-insecure if that is meant, and --allow-host for each name that "
                    + "clients use.")
        }
        return resolved
    }

    private static let defaultFile = "configs/server.yaml"

    /// The levels of the log, as they are written on the command line.
    enum LogLevel: String, CaseIterable, ExpressibleByArgument {
        case trace, debug, info, notice, warning, error, critical

        var level: Logger.Level {
            switch self {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
        }
    }
}
