/// Epoch records, histories, graphs, output and host readings.
extension Operation {
    static let metrics: [Operation] = [
        .getSessionMetrics, .getLatestMetricRecords, .getMetricRecords, .getLatestSessionLatestMetrics,
        .getLatestMetrics, .getMetricNames, .getMetricHistory, .getMetricHistories, .queryMetricHistories,
        .getLatestEpochs, .getSessionEpochs, .getLatestLossGraph,
        .getLossGraph,
        .getLatestLearningRateGraph, .getLearningRateGraph, .getLatestGPUUsageGraph, .getGPUUsageGraph,
        .getLatestMetricGraph, .getMetricGraph, .exportSession, .getLogs, .getHostReadings,
    ]

    private static let session = "/training/sessions/{session_id}"
    private static let records: [String] = ["metric_name", "limit"] + .attempts + .nonfinite + .reading
    private static let epochs: [String] = ["limit"] + .attempts + .nonfinite + .reading
    private static let histories: [String] = ["format", "layout"] + .nonfinite + .reading
    private static let graph: [String] = ["max_points"] + .nonfinite + .reading

    package static let getSessionMetrics = Operation(
        "getSessionMetrics", .get, session + "/metrics", for: .viewer, query: records,
        answering: .document(EpochRecordList.self))
    package static let getLatestMetricRecords = Operation(
        "getLatestMetricRecords", .get, "/metrics", for: .viewer, query: records,
        answering: .document(EpochRecordList.self))
    package static let getMetricRecords = Operation(
        "getMetricRecords", .get, "/metrics/{session_id}", for: .viewer, query: records,
        answering: .document(EpochRecordList.self))
    package static let getLatestSessionLatestMetrics = Operation(
        "getLatestSessionLatestMetrics", .get, "/metrics/latest", for: .viewer, query: .reading,
        answering: .document(LatestMetrics.self))
    package static let getLatestMetrics = Operation(
        "getLatestMetrics", .get, "/metrics/{session_id}/latest", for: .viewer, query: .reading,
        answering: .document(LatestMetrics.self))
    package static let getMetricNames = Operation(
        "getMetricNames", .get, session + "/metric-names", for: .viewer, query: .nonfinite + .reading,
        answering: .document(MetricNameList.self))
    package static let getMetricHistory = Operation(
        "getMetricHistory", .get, "/metrics/{session_id}/history", for: .viewer,
        query: [
            "metric_name", "axis", "start_epoch", "end_epoch", "start_step", "end_step", "start_time", "end_time",
            "max_points",
        ] + .attempts + .nonfinite + .reading, answering: .document(MetricHistoryInfo.self))
    package static let getMetricHistories = Operation(
        "getMetricHistories", .get, "/metrics/history", for: .viewer,
        query: [
            "session_ids", "filter", "archived", "limit", "metric_names", "axis", "start_epoch", "end_epoch",
            "start_step", "end_step", "start_time", "end_time", "start_relative_time", "end_relative_time",
            "max_points", "smoothing", "attempts", "aggregate_by", "statistics",
        ] + histories, 200, 304, answering: .histories(DocumentType(MetricHistories.self)))
    package static let queryMetricHistories = Operation(
        "queryMetricHistories", .post, "/metrics/history", for: .viewer, query: histories,
        taking: .json(MetricHistoryRequest.self), 200, 304,
        answering: .histories(DocumentType(MetricHistories.self)))
    package static let getLatestEpochs = Operation(
        "getLatestEpochs", .get, "/epochs", for: .viewer, query: epochs, answering: .document(EpochList.self))
    package static let getSessionEpochs = Operation(
        "getSessionEpochs", .get, "/epochs/{session_id}", for: .viewer, query: epochs,
        answering: .document(EpochList.self))
    package static let getLatestLossGraph = Operation(
        "getLatestLossGraph", .get, "/graphs/loss", for: .viewer, query: graph, answering: .document(GraphInfo.self))
    package static let getLossGraph = Operation(
        "getLossGraph", .get, "/graphs/loss/{session_id}", for: .viewer, query: graph,
        answering: .document(GraphInfo.self))
    package static let getLatestLearningRateGraph = Operation(
        "getLatestLearningRateGraph", .get, "/graphs/learning-rate", for: .viewer, query: graph,
        answering: .document(GraphInfo.self))
    package static let getLearningRateGraph = Operation(
        "getLearningRateGraph", .get, "/graphs/learning-rate/{session_id}", for: .viewer, query: graph,
        answering: .document(GraphInfo.self))
    package static let getLatestGPUUsageGraph = Operation(
        "getLatestGPUUsageGraph", .get, "/graphs/gpu-usage", for: .viewer, query: graph,
        answering: .document(GraphInfo.self))
    package static let getGPUUsageGraph = Operation(
        "getGPUUsageGraph", .get, "/graphs/gpu-usage/{session_id}", for: .viewer, query: graph,
        answering: .document(GraphInfo.self))
    package static let getLatestMetricGraph = Operation(
        "getLatestMetricGraph", .get, "/graphs/metrics/{metric_name}", for: .viewer, query: graph,
        answering: .document(GraphInfo.self))
    package static let getMetricGraph = Operation(
        "getMetricGraph", .get, "/graphs/metrics/{metric_name}/{session_id}", for: .viewer, query: graph,
        answering: .document(GraphInfo.self))
    package static let exportSession = Operation(
        "exportSession", .get, session + "/export", for: .viewer,
        query: ["format", "layout", "metric_names"] + .attempts + .reading, 200, 206, answering: .rows)
    package static let getLogs = Operation(
        "getLogs", .get, session + "/logs", for: .viewer,
        query: ["after", "limit", "rank", "source", "contains"] + .reading,
        answering: .document(LogLineList.self))
    package static let getHostReadings = Operation(
        "getHostReadings", .get, session + "/host-readings", for: .viewer,
        query: ["rank", "max_points"] + .nonfinite + .reading, answering: .document(HostReadingHistory.self))
}
