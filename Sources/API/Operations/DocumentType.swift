/// A document as an operation names it: its schema and its fields.
package struct DocumentType: Sendable {
    package let name: String
    package let fields: [(name: String, shape: Shape, isRequired: Bool, limits: Limits)]

    package init<D: Document>(_ type: D.Type) {
        name = type.name
        fields = type.fields.map { ($0.name, $0.shape, $0.isRequired, $0.limits) }
    }

    /// All there are, those inside others too.
    package static let all: [DocumentType] = [
        DocumentType(ClaimInfo.self), DocumentType(ReportReceipt.self), DocumentType(ArtifactInfo.self),
        DocumentType(ArtifactInfo.Version.self), DocumentType(ArtifactList.self), DocumentType(CheckpointInfo.self),
        DocumentType(CheckpointList.self), DocumentType(EpochList.self), DocumentType(EpochList.Epoch.self),
        DocumentType(EpochRecordList.self), DocumentType(GraphInfo.self), DocumentType(GraphInfo.Series.self),
        DocumentType(LatestMetrics.self), DocumentType(MetricHistoryInfo.self), DocumentType(ErrorInfo.self),
        DocumentType(ErrorInfo.Reason.self), DocumentType(HealthInfo.self), DocumentType(PingInfo.self),
        DocumentType(RebuildState.self), DocumentType(ResourceInfo.self), DocumentType(ResourceInfo.Processor.self),
        DocumentType(ResourceInfo.Memory.self), DocumentType(ResourceInfo.Disk.self),
        DocumentType(ResourceInfo.GPU.self), DocumentType(ResourceInfo.GPUs.self), DocumentType(WebhookInfo.self),
        DocumentType(WebhookList.self), DocumentType(AttemptInfo.self), DocumentType(ComparisonInfo.self),
        DocumentType(ComparisonInfo.Compared.self), DocumentType(ComparisonInfo.Section.self),
        DocumentType(ComparisonInfo.Row.self), DocumentType(ReproductionInfo.self),
        DocumentType(ReproductionVerdictInfo.self), DocumentType(ReproductionVerdictInfo.Difference.self),
        DocumentType(ReproductionVerdictInfo.Fact.self), DocumentType(ResultInfo.self),
        DocumentType(SessionInfo.self), DocumentType(SessionList.self), DocumentType(SessionStatusInfo.self),
        DocumentType(SessionSummary.self), DocumentType(EventInfo.self), DocumentType(HostReadingHistory.self),
        DocumentType(HostReadingHistory.Series.self), DocumentType(LogLineInfo.self), DocumentType(LogLineList.self),
        DocumentType(AttemptClaim.self), DocumentType(AttemptStart.self), DocumentType(CheckpointUpload.self),
        DocumentType(EpochReport.self), DocumentType(FinishReport.self), DocumentType(HostReadingReport.self),
        DocumentType(HostReadingReport.Sample.self), DocumentType(LogReport.self), DocumentType(LogReport.Line.self),
        DocumentType(MetricsReport.self), DocumentType(MetricsReport.Point.self),
        DocumentType(MetricsReport.Series.self), DocumentType(NewSession.self), DocumentType(NewWebhook.self),
        DocumentType(ProgressReport.self), DocumentType(ProvenanceReport.self), DocumentType(RankEntry.self),
        DocumentType(ReproductionRequest.self), DocumentType(ResultReport.self), DocumentType(SessionChanges.self),
    ]
}
