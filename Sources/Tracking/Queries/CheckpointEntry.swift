/// A checkpoint as lists show it: with what its session says of it.
package struct CheckpointEntry: Sendable, Equatable {
    package var document: CheckpointDocument
    /// True when no other visible checkpoint of the session has a better finite value of the monitored metric.
    package var isBest: Bool
    /// True for the checkpoint from which a new attempt goes on.
    package var isLast: Bool
    /// True when a later attempt, or a later save of the same epoch, took its place.
    package var isSuperseded: Bool
    /// The metric that the session monitors; empty when it has none.
    package var monitor: String

    /// A checkpoint of `session`, which has the timeline given.
    package init(_ document: CheckpointDocument, of session: SessionDocument, _ timeline: SessionTimeline) {
        self.document = document
        isBest = document.checkpointID == session.bestCheckpointID
        isLast = document.checkpointID == session.lastCheckpointID
        isSuperseded = !timeline.counts(document)
        monitor = session.monitor
    }

    /// True when it can be named as `checkpoint_id` of a new session.
    package var isResumable: Bool { !document.deleted && !document.architecture.isEmpty }

    /// The checkpoint's finite value of `metric`; nil when it has none.
    package func value(of metric: String) -> Double? {
        document.metrics.last { $0.name == metric && $0.value.isFinite }?.value
    }
}
