package import Tracking

/// The checkpoints that a list shows, and their order.
package struct CheckpointListQuery: Sendable, Equatable {
    /// The property that checkpoints are ordered by.
    package enum Order: String, CaseIterable, Sendable {
        case epoch
        case created = "created_at"
        case value = "metric_value"
    }

    /// Nil for those of all sessions.
    package var session: Session.ID?
    /// True when those of the sessions that it continues are listed too.
    package var includesLineage = false
    /// Leaves out those without the metric; `value` then is this metric's.
    package var metric: String?
    package var order = Order.epoch
    package var isDescending = false
    /// True when superseded checkpoints are listed too.
    package var includesSuperseded = false
    package var limit: Int?
    package var offset = 0

    package init() {}

    /// `entries`, which are in the order they were saved, in this order; those without a value come last.
    func sorted(_ entries: [CheckpointEntry]) -> [CheckpointEntry] {
        func value(_ entry: CheckpointEntry) -> Double? {
            switch order {
            case .epoch: Double(entry.document.epoch)
            case .created: Double(entry.document.createdAt)
            case .value: entry.value(of: metric ?? entry.monitor)
            }
        }
        let keyed = entries.enumerated().map { (index: $0.offset, value: value($0.element), entry: $0.element) }
        return keyed.sorted { left, right in
            switch (left.value, right.value) {
            case (let a?, let b?) where a != b: isDescending ? a > b : a < b
            case (_?, nil): true
            case (nil, _?): false
            default: left.index < right.index
            }
        }.map(\.entry)
    }
}
