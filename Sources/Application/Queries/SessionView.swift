import SwiftProtobuf
package import Tracking

/// A session as it is shown: its document, and what only lives in memory or follows from other sessions.
package struct SessionView: Sendable {
    package let document: SessionDocument
    /// The session's metrics, in the order of their names' bytes; in lists only where columns show them.
    package let metrics: [MetricSummary]
    private let latest: LatestValues
    /// The report of the attempt that trains about the epoch under way.
    package let progress: SessionProgress?
    /// From 1, while it is queued.
    package let queuePosition: Int?

    package init(
        _ document: SessionDocument, metrics: [MetricSummary], latest: LatestValues? = nil,
        progress: SessionProgress?, queuePosition: Int?
    ) {
        self.document = document
        self.metrics = metrics
        self.latest = latest ?? LatestValues(metrics)
        // What a report said of an epoch ends with that epoch's record.
        self.progress =
            progress.flatMap {
                $0.attempt == document.attempt && $0.epoch == document.currentEpoch + 1 ? $0 : nil
            }
        self.queuePosition = queuePosition
    }

    package var status: Session.Status { Session.Status(rawValue: document.status) ?? .created }

    /// Optimizer updates since the session's start: the greatest step that an epoch, a report or a point has told.
    package var step: UInt64 {
        max(document.step, progress?.step ?? 0, UInt64(max(latest.step, 0)))
    }

    /// The sentences that its user should read before trusting it: the remarks of its configuration's reader, and a monitored metric that
    /// no epoch has, so that no checkpoint is the best one.
    package var warnings: [String] {
        let monitor = document.monitor
        guard document.currentEpoch > 0, !document.lastCheckpointID.isEmpty, document.bestCheckpointID.isEmpty,
            metrics.contains(where: { $0.epochs.count > 0 }),
            !metrics.contains(where: { $0.name == monitor && $0.epochs.count > 0 })
        else { return document.warnings }
        return document.warnings + [
            "No epoch reported \(monitor), which train.checkpoint_monitor names, so no checkpoint is the best one."
        ]
    }

    /// The latest value of every metric.
    package var latestMetrics: [(name: String, value: Double)] { latest.values }

    /// The share that is done, 0 to 1.
    package var fractionDone: Double {
        if status == .completed { return 1 }
        guard document.totalEpochs > 0 else { return 0 }
        let fraction = max(progress?.epochFraction ?? 0, stepFraction)
        let epochs = Double(document.currentEpoch) + min(max(fraction, 0), 1)
        return min(1, epochs / Double(document.totalEpochs))
    }

    /// The share of the epoch under way that the steps say is done: a session that stopped within an epoch goes on there.
    private var stepFraction: Double {
        guard let perEpoch = document.attempts.last(where: { $0.stepsPerEpoch > 0 })?.stepsPerEpoch else { return 0 }
        let done = document.step.subtractingReportingOverflow(UInt64(document.currentEpoch) * perEpoch)
        // Steps that do not go with the epochs say nothing.
        return done.overflow || done.partialValue >= perEpoch ? 0 : Double(done.partialValue) / Double(perEpoch)
    }

    /// Seconds to the end at the pace of this attempt so far; nil while there is nothing to judge by.
    package var secondsLeft: Double? {
        guard status == .running, let attempt = document.attempts.last, attempt.hasStartedAt, attempt.firstEpoch > 0,
            document.totalEpochs > 0
        else { return nil }
        let first = Double(attempt.firstEpoch - 1) / Double(document.totalEpochs)
        let done = fractionDone - first
        let now = max(progress?.time ?? 0, document.updatedAt)
        guard done > 0, now > attempt.startedAt else { return nil }
        return Double(now - attempt.startedAt) / 1e6 / done * (1 - fractionDone)
    }

    /// The checkpoint from which the next attempt goes on: the last one on the visible timeline, or the one that the
    /// session began with; nil when it would begin anew.
    package var resumeCheckpointID: String? {
        if !document.lastCheckpointID.isEmpty { return document.lastCheckpointID }
        return document.hasParentCheckpoint ? document.parentCheckpoint.checkpointID : nil
    }
}
