extension Operation {
    /// All there are, in the order of the files that declare them.
    package static let all: [Operation] = [
        .createSession, .listSessions, .getSession, .updateSession, .archiveSession, .startSession, .stopSession,
        .reproduceSession, .compareSessions, .getLatestStatus, .getSessionStatus,
        .getSessionMetrics, .getLatestMetricRecords, .getMetricRecords, .getLatestSessionLatestMetrics,
        .getLatestMetrics, .getMetricHistory, .getLatestEpochs, .getSessionEpochs, .getLatestLossGraph, .getLossGraph,
        .getLatestLearningRateGraph, .getLearningRateGraph, .getLatestGPUUsageGraph, .getGPUUsageGraph,
        .getLatestMetricGraph, .getMetricGraph, .getLogs, .getHostReadings,
        .uploadCheckpoint, .listCheckpoints, .getCheckpoint, .deleteCheckpoint, .downloadCheckpoint, .listArtifacts,
        .downloadArtifact, .uploadArtifact, .deleteArtifact,
        .claimAttempt, .reportAttemptStarted, .renewLease, .joinRank, .reportEpoch, .reportProgress, .finishAttempt,
        .reportMetrics, .reportLogs, .reportHostReadings, .reportResult, .reportProvenance,
        .getEvents, .getSessionEvents, .followSession, .followEverything, .connectToSession, .connectToEverything,
        .createWebhook, .listWebhooks, .getWebhook, .deleteWebhook, .ping, .getHealth, .getDetailedHealth,
        .getResources, .getCPUResources, .getMemoryResources, .getDiskResources, .getGPUResources, .rebuildReadModels,
        .getRebuildState, .getServerTelemetry, .getDashboard, .getSwaggerUI, .getReDoc, .getOpenAPI,
        .getOpenAPIUnderBase, .getAsset,
    ]
}
