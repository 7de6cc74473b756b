/// Which of a session's checkpoints are not among those that are kept.
///
/// They are ranked as the policy of a training ranks them: by the finite value of the metric that the session monitors, the
/// earliest epoch of equals first, and those that a later attempt or a later save took the place of not at all. Without any
/// value there is no ranking to let anything go by. Uploads are neither ranked nor surplus.
package enum CheckpointSurplus {
    /// Those of `entries` that can go, in their order.
    ///
    /// - Parameters:
    ///   - entries: All checkpoints of the session that are not deleted, in the order they were saved.
    ///   - bestCount: The number of the best that are kept.
    ///   - isMaximized: True when more of the metric is better.
    ///   - keepsLast: True when the one that a new attempt goes on from is kept too.
    package static func entries(
        of entries: [CheckpointEntry], keeping bestCount: Int, isMaximized: Bool, keepsLast: Bool
    ) -> [CheckpointEntry] {
        let saved = entries.filter { $0.document.attempt > 0 && !$0.document.deleted }
        let ranked = saved.filter { !$0.isSuperseded && $0.value(of: $0.monitor) != nil }.sorted {
            let (left, right) = ($0.value(of: $0.monitor) ?? 0, $1.value(of: $1.monitor) ?? 0)
            guard left != right else { return $0.document.epoch < $1.document.epoch }
            return isMaximized ? left > right : left < right
        }
        guard !ranked.isEmpty else { return [] }
        let kept = Set(ranked.prefix(bestCount).map(\.document.checkpointID))
        return saved.filter { !kept.contains($0.document.checkpointID) && !(keepsLast && $0.isLast) }
    }
}
