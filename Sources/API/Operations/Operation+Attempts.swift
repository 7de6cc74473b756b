/// The operations that trainers call, and those by which others add to a session's record.
extension Operation {
    static let attempts: [Operation] = [
        .claimAttempt, .reportAttemptStarted, .renewLease, .joinRank, .reportEpoch, .reportProgress, .finishAttempt,
        .reportMetrics, .reportLogs, .reportHostReadings, .reportResult, .reportProvenance,
    ]

    private static let session = "/training/sessions/{session_id}"
    private static let attempt = session + "/attempts/{attempt}"

    package static let claimAttempt = Operation(
        "claimAttempt", .post, session + "/attempts", for: .trainer, taking: .json(AttemptClaim.self), 201,
        answering: .document(ClaimInfo.self))
    package static let reportAttemptStarted = Operation(
        "reportAttemptStarted", .post, attempt + "/started", for: .lease, taking: .json(AttemptStart.self),
        answering: .document(ReportReceipt.self))
    package static let renewLease = Operation(
        "renewLease", .post, attempt + "/renew", for: .lease, answering: .document(ReportReceipt.self),
        isIdempotent: false)
    package static let joinRank = Operation(
        "joinRank", .post, attempt + "/ranks", for: .lease, taking: .json(RankEntry.self),
        answering: .document(ReportReceipt.self))
    package static let reportEpoch = Operation(
        "reportEpoch", .post, session + "/epochs", for: .lease, taking: .report(EpochReport.self),
        answering: .document(ReportReceipt.self))
    package static let reportProgress = Operation(
        "reportProgress", .post, session + "/progress", for: .lease, taking: .json(ProgressReport.self),
        answering: .document(ReportReceipt.self), isIdempotent: false)
    package static let finishAttempt = Operation(
        "finishAttempt", .post, session + "/finish", for: .lease, taking: .json(FinishReport.self),
        answering: .document(ReportReceipt.self))
    package static let reportMetrics = Operation(
        "reportMetrics", .post, session + "/metrics", for: .lease, taking: .report(MetricsReport.self),
        answering: .document(ReportReceipt.self))
    package static let reportLogs = Operation(
        "reportLogs", .post, session + "/logs", for: .lease, taking: .report(LogReport.self),
        answering: .document(ReportReceipt.self))
    package static let reportHostReadings = Operation(
        "reportHostReadings", .post, session + "/host-readings", for: .lease,
        taking: .report(HostReadingReport.self), answering: .document(ReportReceipt.self))
    package static let reportResult = Operation(
        "reportResult", .post, session + "/results", for: .trainer, taking: .json(ResultReport.self),
        answering: .document(ReportReceipt.self))
    package static let reportProvenance = Operation(
        "reportProvenance", .post, session + "/provenance", for: .trainer, taking: .json(ProvenanceReport.self),
        answering: .document(ReportReceipt.self))
}
