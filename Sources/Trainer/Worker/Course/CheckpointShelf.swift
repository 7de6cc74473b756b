package import TrainingConfiguration

/// The checkpoints that a session's attempts have saved and not deleted, and which of them the policy lets go.
package struct CheckpointShelf: Equatable, Sendable {
    /// One saved checkpoint.
    package struct Entry: Equatable, Sendable {
        package let id: String
        /// The epoch it closes, or interrupts.
        package let epoch: Int
        package let step: Int
        /// The metric that ranks it; nil when it interrupts an epoch, or when there is no finite value.
        package let value: Double?

        package init(id: String, epoch: Int, step: Int, value: Double?) {
            self.id = id
            self.epoch = epoch
            self.step = step
            self.value = value.flatMap { $0.isFinite ? $0 : nil }
        }
    }

    /// In the order they were saved.
    package private(set) var entries: [Entry]

    package init(_ entries: [Entry] = []) { self.entries = entries }

    package mutating func add(_ entry: Entry) { entries.append(entry) }

    package mutating func remove(_ id: String) { entries.removeAll { $0.id == id } }

    /// The first checkpoint that is not to be kept. Until the training is over the newest one always is, since the next
    /// attempt goes on from it.
    package func surplus(under policy: CheckpointPolicy, isOver: Bool) -> Entry? {
        guard let bestCount = policy.bestCount else { return nil }
        var kept: Set<String> = []
        if let newest = entries.indices.max(by: { (entries[$0].step, $0) < (entries[$1].step, $1) }),
            policy.keepsLast || !isOver
        {
            kept.insert(entries[newest].id)
        }
        // Of several checkpoints of one epoch only the newest is shown, and so only it is ranked.
        var newestOfEpoch: [Int: Entry] = [:]
        for entry in entries { newestOfEpoch[entry.epoch] = entry }
        let ranked = newestOfEpoch.values.filter { $0.value != nil }.sorted {
            let (left, right) = ($0.value ?? 0, $1.value ?? 0)
            return left == right ? $0.epoch < $1.epoch : policy.mode.isBetter(left, than: right)
        }
        // Without a value there is no ranking to let anything go by.
        guard !ranked.isEmpty else { return nil }
        for entry in ranked.prefix(bestCount) { kept.insert(entry.id) }
        return entries.first { !kept.contains($0.id) }
    }
}
