/// Where a webhook leads, and what it is told.
package struct WebhookSettings: Sendable, Equatable {
    package var url: String
    /// Names of events, with `*` for any characters.
    package var events: [String]
    package var format = Webhook.Format.pivot
    /// A condition on sessions in the filter language; empty for all sessions.
    package var filter = ""
    package var isEnabled = true
    /// The key that signs, sealed with the data directory's own secret; empty when nothing is signed.
    package var sealedSecret: [UInt8] = []

    package init(url: String, events: [String]) {
        self.url = url
        self.events = events
    }

    /// The events that it is told about.
    package var wantedNames: Set<Webhook.EventName> {
        let patterns = events.map { NamePattern($0) }
        return Set(Webhook.EventName.allCases.filter { patterns.allow($0.rawValue) })
    }

    /// True when it is sent by mail.
    package var isMail: Bool { url.lowercased().hasPrefix("mailto:") }
}

/// What changes of a webhook; what is nil stays.
package struct WebhookChanges: Sendable, Equatable {
    package var url: String?
    package var events: [String]?
    package var format: Webhook.Format?
    package var filter: String?
    package var isEnabled: Bool?
    package var sealedSecret: [UInt8]?
    /// Until then the secret before signs too.
    package var previousSecretUntil = Timestamp(rawValue: 0)

    package init() {}
}

/// A webhook as its stream's events made it.
package struct WebhookState: Sendable, Equatable {
    package var settings: WebhookSettings
    /// The secret before, and until when it signs beside the new one.
    package var previousSecret: [UInt8] = []
    package var previousSecretUntil = Timestamp(rawValue: 0)
    /// The place in the log up to which everything is delivered or given up; nil while that is its own beginning.
    package var through: LogPosition?
    /// Events up to this place are told however old they are, since somebody asked for it.
    package var replayedThrough = LogPosition.start
    /// The number of replays that were asked for.
    package var replayCount = 0
    /// The event that was tried and is to be tried again.
    package var retry: Retry?
    /// The places of events that somebody asked for again, in the order of asking.
    package var requested: [LogPosition] = []

    package init(settings: WebhookSettings) { self.settings = settings }

    /// An event that was not delivered yet.
    package struct Retry: Sendable, Equatable {
        package var position: LogPosition
        package var attempts: UInt32
        package var firstAttemptAt: Timestamp
        package var nextAttemptAt: Timestamp
    }
}
