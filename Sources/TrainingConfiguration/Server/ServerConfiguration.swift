package import JSON
package import Tracking

/// The settings of a server: its address, its data and what it allows, checked and completed like a session's
/// configuration, with the same errors. Paths are as written; what they are relative to is for the file's reader.
package struct ServerConfiguration: Equatable, Sendable {
    /// Every value with every default filled in; the keys of every object are sorted.
    package let resolved: JSONValue
    /// Unknown keys.
    package let warnings: [ConfigurationWarning]
    package let host: String
    /// The port; 0 takes a free one.
    package let port: Int
    /// The folder that holds all data; nil for the user's own.
    package let dataDirectory: String?
    /// The folders that `config_path` may name files in; at least one.
    package let configRoots: [String]
    /// Trainings at a time; nil: one for every two processors that the server may use.
    package let maxConcurrentSessions: Int?
    /// Names besides localhost that requests may be addressed to.
    package let allowedHosts: [String]
    /// The origins of pages that may call the API from a browser; `*` means every page.
    package let allowedOrigins: [String]
    /// True when it may listen on addresses that other machines reach.
    package let allowsInsecureAccess: Bool
    /// Programs that trainers of kind `command` may start.
    package let allowedCommands: [String]
    /// True when clients of other machines may create sessions of kind `command`.
    package let allowsRemoteCommands: Bool
    package let rateLimit: RateLimit
    package let bodyRate: BodyRate
    /// Live feeds at a time.
    package let maximumFeedCount: Int
    /// Live feeds at a time of one client on another machine.
    package let maximumFeedCountPerClient: Int
    /// Long answers at a time.
    package let maximumLongReads: Int
    /// The time that a silent trainer keeps its session.
    package let leaseDuration: Duration
    /// The longest time that an answer to a stop may wait for the trainer.
    package let stopWait: Duration
    /// True when queued sessions are started by this server.
    package let launches: Bool
    /// The niceness of trainers, from 0 to 19.
    package let trainerNiceness: Int
    /// The address that links lead to; nil for the one it listens on.
    package let publicURL: String?
    /// Networks besides the public ones that webhooks may lead to.
    package let webhookNetworks: [String]
    package let mail: MailSettings
    package let audit: AuditSettings
    /// Alert rules that this server has as long as its configuration says so.
    package let alerts: [AlertRuleSettings]

    /// Checks and completes a configuration.
    /// - Throws: all problems found, up to twenty, each with its path and line, what was found and what is allowed.
    package init(resolving source: ConfigurationSource) throws(ConfigurationError) {
        var checker = RuleChecker(source: source)
        resolved = checker.section(.object(source.root), ServerRules.top, at: "").sortingKeys()
        let origins = checker.problems.isEmpty ? ResolvedSection(resolved).strings("allowed_origins") : []
        for (index, origin) in origins.enumerated() where !Self.isOrigin(origin) {
            checker.add(
                .outOfRange, "allowed_origins[\(index)]", .string(origin),
                "*, or http:// or https:// with a host, perhaps a port, and nothing after it")
        }
        let alerts = checker.problems.isEmpty ? AlertRules.read(resolved, origin: "server", &checker) : []
        for (index, rule) in alerts.enumerated() where alerts[..<index].contains(where: { $0.name == rule.name }) {
            checker.add(.conflict, "alerts[\(index)].name", .string(rule.name), "a name that no other rule has")
        }
        if let first = checker.problems.first {
            throw ConfigurationError(first, others: checker.problems.dropFirst())
        }
        self.alerts = alerts
        warnings = checker.warnings
        let root = ResolvedSection(resolved)
        host = root.string("host")
        port = root.integer("port")
        dataDirectory = root.optionalString("data_dir")
        configRoots = root.strings("config_roots")
        maxConcurrentSessions = root.optionalInteger("max_concurrent_sessions")
        allowedHosts = root.strings("allowed_hosts")
        allowedOrigins = origins
        allowsInsecureAccess = root.bool("allow_insecure")
        allowedCommands = root.strings("allowed_commands")
        allowsRemoteCommands = root.bool("allow_remote_commands")
        rateLimit = RateLimit(root.section("rate_limit"))
        bodyRate = BodyRate(root.section("body_rate"))
        maximumFeedCount = root.integer("max_feeds")
        maximumFeedCountPerClient = root.integer("max_feeds_per_client")
        maximumLongReads = root.integer("max_long_reads")
        leaseDuration = .milliseconds(Int64(root.number("lease_seconds") * 1000))
        stopWait = .milliseconds(Int64(root.number("stop_wait_seconds") * 1000))
        launches = root.section("launcher").bool("enabled")
        trainerNiceness = root.section("launcher").integer("niceness")
        publicURL = root.optionalString("public_url")
        webhookNetworks = root.section("webhooks").strings("allowed_networks")
        mail = MailSettings(root.section("smtp"))
        audit = AuditSettings(root.section("audit"))
    }

    /// Scheme, host and perhaps a port, as browsers write it.
    private static func isOrigin(_ text: String) -> Bool {
        guard text != "*" else { return true }
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return false }
        let authority = text.dropFirst(scheme.count)
        return !authority.isEmpty && authority == authority.lowercased()
            && !authority.contains { "/?#@ ".contains($0) }
    }

    /// True when only this machine can reach the address.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.split(separator: ".").count == 4)
    }

    /// The published JSON Schema (draft 2020-12) of a server's configuration.
    package static var jsonSchema: JSONValue { ServerRules.schema }
}
