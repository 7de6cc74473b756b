import Tracking

/// A record of the log together with the event it holds.
struct ProjectedEvent {
    /// The event, by the family of its stream.
    enum Body {
        case session(SessionEvent)
        case telemetry(TelemetryEvent)
        case webhook(WebhookEvent)
        case alertRule(AlertRuleEvent)
        case alert(AlertEvent)
        case notification(NotificationEvent)
        case model(ModelEvent)
        case retention(RetentionEvent)
        /// Of a stream that no read model shows.
        case other
    }

    let record: RecordedEvent
    let body: Body

    init(_ record: RecordedEvent) throws(EventCodecError) {
        self.record = record
        switch record.stream.category {
        case .session: body = .session(try SessionEvent(record))
        case .telemetry: body = .telemetry(try TelemetryEvent(record))
        case .webhook: body = .webhook(try WebhookEvent(record))
        case .alertRule: body = .alertRule(try AlertRuleEvent(record))
        case .alert: body = .alert(try AlertEvent(record))
        case .notifications: body = .notification(try NotificationEvent(record))
        case .model: body = .model(try ModelEvent(record))
        case .retention: body = .retention(try RetentionEvent(record))
        case .apiKey, .logKeys: body = .other
        }
    }

    /// The id of the session, webhook, ... that the stream tells of.
    var identity: String { record.stream.identity }
    var position: LogPosition { record.position }
}
