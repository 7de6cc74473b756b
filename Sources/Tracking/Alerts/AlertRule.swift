/// A rule that says when something is wrong, and what is done then.
package enum AlertRule {
    /// The most rules that there can be at a time.
    package static let mostRules = 1000
    /// The longest silence, duration and cooldown of a rule, in seconds: a year.
    package static let longestSeconds = 366.0 * 24 * 3600
    /// The windows that a rule can have, in epochs, steps or points.
    package static let windows: ClosedRange<UInt64> = 1...1_000_000_000
    /// The numbers of points in a row for which a condition can be asked to hold.
    package static let pointCounts: ClosedRange<UInt32> = 1...1_000_000
    /// The most bytes of a rule's filter.
    package static let mostFilterBytes = 16_384

    /// The name of a rule in the API: `rule_` and letters, digits, `_` or `-`; at most 64 bytes.
    package struct ID: Hashable, Sendable, CustomStringConvertible, Codable {
        package let text: String

        /// Nil when `text` is not spelled like a rule's id.
        package init?(_ text: some StringProtocol) {
            guard text.utf8.starts(with: "rule_".utf8), (6...64).contains(text.utf8.count),
                text.utf8.allSatisfy(Identifiers.isAllowed)
            else { return nil }
            self.text = String(text)
        }

        /// The id that `command` gives to the rule it creates.
        package init(createdBy command: CommandID) {
            text = "rule_" + Identifiers.suffix(for: "alert-rule", of: command)
        }

        package var stream: StreamID { StreamID(.alertRule, text) }

        package var description: String { text }
    }

    /// What is watched.
    package enum Source: String, CaseIterable, Sendable {
        /// The metrics of sessions, of steps and of epochs.
        case metric
        /// The readings of the machines that sessions train on, such as `gpu.0.temperature`.
        case host
        /// The figures of the server's own machine, by the names in `serverFigures`.
        case server
        /// What happens to sessions.
        case lifecycle
    }

    /// What is wrong.
    package enum Condition: String, CaseIterable, Sendable {
        case greaterThan = "greater_than"
        case lessThan = "less_than"
        /// The value is NaN or infinite.
        case isNaN = "is_nan"
        /// The best value so far is `window` epochs or steps old.
        case noImprovement = "no_improvement"
        /// The value lies above the median of the `window` points before it by more than `threshold` times that median's
        /// magnitude.
        case increasesBy = "increases_by"
        /// A session that runs has reported nothing for `silence`.
        case noReport = "no_report"
        case trainingStarted = "training_started"
        case trainingCompleted = "training_completed"
        case trainingFailed = "training_failed"
        case trainingStopped = "training_stopped"

        /// True when it is about values.
        package var isOfValues: Bool {
            switch self {
            case .greaterThan, .lessThan, .isNaN, .noImprovement, .increasesBy: true
            case .noReport, .trainingStarted, .trainingCompleted, .trainingFailed, .trainingStopped: false
            }
        }
    }

    package enum Severity: String, CaseIterable, Sendable {
        case low, medium, high, critical
    }

    /// What is done when the alert rises.
    package enum Action: String, CaseIterable, Sendable {
        /// People are told: by a notification, in the feeds, through webhooks.
        case notify
        /// The session is asked to save a checkpoint and to stop.
        case stop
        /// The session gets the rule's tag.
        case tag
    }

    /// The names of the server's own figures. Those of GPUs are the highest of all.
    package static let serverFigures = [
        "cpu_percent", "memory_percent", "disk_percent", "disk_free_bytes", "gpu_memory_percent", "gpu_utilization",
        "gpu_temperature",
    ]

    /// The source that is meant when a rule names none.
    package static func source(of metric: String, _ condition: Condition?) -> Source {
        if let condition, !condition.isOfValues { return .lifecycle }
        if serverFigures.contains(metric) { return .server }
        let prefixes = ["cpu.", "memory.", "process.", "gpu.", "disk."]
        return prefixes.contains(where: metric.hasPrefix) ? .host : .metric
    }
}

/// A state of things that a rule calls wrong, from its rise to its end.
package enum Alert {
    /// The name of an alert in the API: `alert_<the place in the log that caused it>_<16 digits>`. The same cause gives the
    /// same name, so that an alert rises once however often the log is read.
    package struct ID: Hashable, Sendable, CustomStringConvertible, Codable {
        package let text: String
        /// The place in the log of what caused it.
        package let position: LogPosition

        /// Nil when `text` is not spelled like an alert's id.
        package init?(_ text: String) {
            guard text.hasPrefix("alert_"), text.utf8.count <= 64, text.utf8.allSatisfy(Identifiers.isAllowed) else {
                return nil
            }
            let digits = text.dropFirst(6).prefix { $0 != "_" }
            guard let position = UInt64(digits), String(position) == digits,
                text.utf8.count == 6 + digits.utf8.count + 17
            else { return nil }
            self.text = text
            self.position = LogPosition(position)
        }

        package init(_ rule: AlertRule.ID, session: String, metric: String, at position: LogPosition) {
            let cause = [rule.text, session, metric, position.description].joined(separator: "\u{0}")
            text = "alert_\(position)_" + Digest(hashing: Array(cause.utf8)).hex.prefix(16)
            self.position = position
        }

        package init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            guard let id = Self(text) else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "\(text) is not an alert's id"))
            }
            self = id
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }

        package var description: String { text }
    }

    /// The stream of a session's alerts, or with an empty text that of the server's own.
    package static func stream(of session: String) -> StreamID {
        StreamID(.alert, session.isEmpty ? "server" : session)
    }

    package enum Status: String, CaseIterable, Sendable {
        case active, acknowledged, resolved
    }

    /// Why an alert is over.
    package enum Resolution: String, CaseIterable, Sendable {
        case recovered
        case sessionEnded = "session_ended"
        case ruleChanged = "rule_changed"
        case byHand = "by_hand"
    }
}
