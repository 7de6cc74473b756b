import Tracking

/// Checks that every webhook was told of everything it asked for, or that the log says that it was given up.
struct DeliveryCheck {
    let receiver: Receiver
    let webhooks: [Webhook.ID]

    /// The faults, once everything has come to rest.
    func findings(in events: [RecordedEvent]) throws -> [String] {
        try webhooks.flatMap { try findings(of: $0, in: events) }
    }

    private func findings(of webhook: Webhook.ID, in events: [RecordedEvent]) throws -> [String] {
        var wanted: Set<Webhook.EventName>?
        var due: [RecordedEvent] = []
        var givenUp: [DeliveryAttempted] = []
        for event in events {
            if event.stream == webhook.stream {
                switch try WebhookEvent(event) {
                case .created(let created):
                    wanted = WebhookSettings(url: created.url, events: created.events).wantedNames
                case .deliveryAttempted(let attempt): if attempt.isGivenUp { givenUp.append(attempt) }
                default: break
                }
            } else if let wanted, event.stream.category == .session, let name = Webhook.EventName.byType[event.type],
                wanted.contains(name)
            {
                due.append(event)
            }
        }
        let taken = receiver.taken(by: webhook)
        return due.filter { !taken.contains($0.position.rawValue) && !Self.isGivenUp($0, in: givenUp) }.map {
            "\(webhook) was never told of \($0.type) at \($0.position)"
        }
    }

    /// True when the log says of the event itself that it was given up, or of a later one when it was more than a day old.
    private static func isGivenUp(_ event: RecordedEvent, in attempts: [DeliveryAttempted]) -> Bool {
        attempts.contains { attempt in
            if attempt.position == event.position.rawValue { return true }
            let age = Timestamp(rawValue: attempt.attemptedAt).duration(since: event.recordedAt)
            return attempt.position > event.position.rawValue && age > .seconds(24 * 3600)
        }
    }
}
