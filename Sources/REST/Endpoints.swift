import API
package import Application

/// Every endpoint of the REST API.
package enum Endpoints {
    /// - Parameter feeds: Of the live feeds, among which followers of the log count.
    package static func all(of tracker: Tracker, health: Health, feeds: FeedSlots) -> [Endpoint] {
        SessionEndpoints(tracker: tracker).all + SessionSummaryEndpoints(tracker: tracker).all
            + ImportEndpoints(tracker: tracker).all
            + RedactionEndpoints(tracker: tracker).all
            + AttemptEndpoints(tracker: tracker).all
            + TelemetryEndpoints(tracker: tracker).all + MetricEndpoints(tracker: tracker).all
            + CheckpointEndpoints(tracker: tracker).all + ArtifactEndpoints(tracker: tracker).all
            + EventEndpoints(tracker: tracker, feeds: feeds).all + WebhookEndpoints(tracker: tracker).all
            + AlertEndpoints(tracker: tracker).all + ModelEndpoints(tracker: tracker).all
            + RetentionEndpoints(tracker: tracker).all
            + NotificationEndpoints(tracker: tracker).all + AuditEndpoints(tracker: tracker).all
            + MonitorEndpoints(tracker: tracker, health: health).all
    }
}
