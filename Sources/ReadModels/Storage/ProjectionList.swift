/// The read models, in the order in which an event meets them: the only place that lists them.
enum ProjectionList {
    static let all: [any Projection.Type] = [
        SessionProjection.self, EpochProjection.self, CheckpointProjection.self, ArtifactProjection.self,
        MetricProjection.self, MetricSummaryProjection.self, HostReadingProjection.self, LogLineProjection.self,
        WebhookProjection.self, AlertProjection.self, NotificationProjection.self, ModelProjection.self,
        RetentionProjection.self,
    ]

    /// The layout of the rows that all share.
    private static let layoutVersion = 5

    /// Names the folder of the rows that this binary writes.
    static let version = ([layoutVersion] + all.map { $0.version }).map(String.init).joined(separator: ".")
}
