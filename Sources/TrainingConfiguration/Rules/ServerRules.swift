import JSON

/// The table of everything a server's configuration may say.
enum ServerRules {
    static let top: [ConfigurationRule] = [
        .init("host", ConfigurationRule.nameKind, default: "127.0.0.1", "the address to listen on"),
        .init("port", .integer(0...65_535), default: 8000, "the port to listen on; 0 picks a free one"),
        .init(
            "data_dir", .optional(ConfigurationRule.pathKind), default: .null,
            "the folder that holds all data; null: PIVOT_DATA_DIR, or else ~/.local/share/pivot"),
        .init(
            "config_roots", .list(of: ConfigurationRule.pathKind, count: 1...16), default: ["configs"],
            "folders with the files that config_path may name"),
        .init(
            "max_concurrent_sessions", .optional(.integer(1...1024)), default: .null,
            "trainings at a time; null: one for every two processors that the server may use"),
        .init(
            "allowed_hosts", .list(of: ConfigurationRule.nameKind, count: 0...64), default: [],
            "host names besides localhost that requests may be addressed to"),
        .init(
            "allowed_origins", .list(of: ConfigurationRule.nameKind, count: 0...64), default: [],
            "origins of pages that may call the API from a browser (CORS), such as https://plots.example.org; "
                + "\"*\" for every page"),
        .init(
            "allow_insecure", .bool, default: false,
            "whether it may listen where other machines reach it; there are no keys, so that they may do everything"),
        .init(
            "allowed_commands", .list(of: ConfigurationRule.pathKind, count: 0...256), default: [],
            "programs that trainers of kind command may start, by full path or by bare name; empty: none"),
        .init(
            "allow_remote_commands", .bool, default: false,
            "whether clients on other machines may create sessions of kind command"),
        .init(
            "rate_limit",
            .section([
                .init(
                    "reads_per_minute", .integer(1...10_000_000), default: 600, "read requests, per client"),
                .init(
                    "writes_per_minute", .integer(1...10_000_000), default: 600,
                    "write requests, per client; those of a trainer with a lease do not count"),
                .init("loopback", .bool, default: false, "whether clients on this machine are limited too"),
            ]), "how many requests a client may send"),
        .init(
            "body_rate",
            .section([
                .init(
                    "minimum", .integer(0...1_000_000_000), default: 4096,
                    "bytes a second that a request's body must bring on average; 0: any"),
                .init(
                    "window_seconds", .number(.from(1, to: 3600)), default: 30.0,
                    "how long it is averaged, while the server is ready to read"),
            ]), "how slowly a request's body may arrive, else the request ends with 408"),
        .init(
            "max_feeds", .integer(1...1_000_000), default: 10_000,
            "live feeds (event streams, WebSockets, followers of the log) at a time; one more is refused with 503"),
        .init(
            "max_feeds_per_client", .integer(1...1_000_000), default: 1000,
            "live feeds of one client at a time; clients on this machine may have all"),
        .init(
            "max_long_reads", .integer(1...10_000), default: 64,
            "long answers (raw histories, exports, the log) at a time; one more is refused with 503"),
        .init(
            "lease_seconds", .number(.from(1, to: 3600)), default: 30.0,
            "how long a trainer that does not respond keeps its session"),
        .init(
            "stop_wait_seconds", .number(.from(0, to: 30)), default: 30.0,
            "how long a stop request may wait for the trainer"),
        .init(
            "launcher",
            .section([
                .init("enabled", .bool, default: true, "whether queued sessions are started here"),
                .init("niceness", .integer(0...19), default: 10, "how much trainers yield to other processes"),
            ]), "how trainers are started"),
        .init(
            "public_url", .optional(ConfigurationRule.pathKind), default: .null,
            "the address that links in webhooks and mails lead to, such as https://pivot.example.org; null: the address it "
                + "listens on"),
        .init(
            "webhooks",
            .section([
                .init(
                    "allowed_networks", .list(of: ConfigurationRule.nameKind, count: 0...64), default: [],
                    "networks besides the public ones that webhooks may lead to, such as 127.0.0.0/8 or 10.1.0.0/16")
            ]), "where webhooks may lead"),
        .init(
            "smtp",
            .section([
                .init(
                    "url", .optional(ConfigurationRule.pathKind), default: .null,
                    "the mail server, such as smtp://user@mail.example.org:587 or smtps://mail.example.org; null: "
                        + "PIVOT_SMTP_URL, or else no mail is sent"),
                .init(
                    "from", .optional(ConfigurationRule.nameKind), default: .null,
                    "the address that mails are from; null: PIVOT_SMTP_FROM, or else the user at the mail server"),
                .init(
                    "tls", .optional(.choice(["starttls", "implicit", "none"])), default: .null,
                    "how the connection is encrypted; null: implicit with smtps, none on this machine, else starttls"),
                .init(
                    "password_file", .optional(ConfigurationRule.pathKind), default: .null,
                    "a file with the user's password; null: PIVOT_SMTP_PASSWORD"),
                .init(
                    "ca_file", .optional(ConfigurationRule.pathKind), default: .null,
                    "a file of certificates to trust instead of the system's"),
            ]), "how mails are sent"),
        .init(
            "audit",
            .section([
                .init(
                    "origin", .optional(ConfigurationRule.nameKind), default: .null,
                    "the log's name in its tree heads, such as pivot.example.org/lab; it is chosen once, with the log's key; "
                        + "null: the host's name and eight random digits"),
                .init(
                    "witnesses",
                    .list(
                        of: .section([
                            .init(
                                "url", ConfigurationRule.pathKind,
                                "its address before /add-checkpoint, such as https://witness.example.org"),
                            .init("key", ConfigurationRule.nameKind, "its public key, as C2SP signed-note writes it"),
                        ]), count: 0...16), default: [],
                    "others who sign tree heads that continue the last one they signed (C2SP tlog-witness)"),
            ]), "how the tree over the log is signed"),
        AlertRules.rule,
    ]

    static var schema: JSONValue {
        ConfigurationRule.schema(
            title: "The server's configuration",
            summary: "How the server listens, where it keeps its data, and what it allows.", rules: top)
    }
}
