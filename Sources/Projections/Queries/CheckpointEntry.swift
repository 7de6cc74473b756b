package import Tracking

/// A checkpoint as lists show it: with what its session says of it.
package struct CheckpointEntry: Sendable, Equatable {
    package var document: CheckpointDocument
    /// Whether no other visible checkpoint of the session has a better finite value of the monitored metric.
    package var isBest: Bool
    /// Whether it is the newest of those that the session's attempts saved: where a new attempt goes on.
    package var isLast = false
    /// The metric that the session monitors; empty when it has none.
    package var monitor: String

    /// The checkpoint's finite value of `metric`; nil when it has none.
    package func value(of metric: String) -> Double? {
        document.metrics.last { $0.name == metric && $0.value.isFinite }?.value
    }
}
